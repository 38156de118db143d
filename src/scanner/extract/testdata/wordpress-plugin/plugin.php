<?php
/**
 * Plugin Name:       Forms Kit: Contact & More
 * Plugin URI:        https://host.example/
 * Description:       Version: of forms
 * Version:           2.4.1 */
