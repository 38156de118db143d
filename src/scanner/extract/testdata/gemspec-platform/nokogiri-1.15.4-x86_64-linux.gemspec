# -*- encoding: utf-8 -*-
# stub: nokogiri 1.15.4 x86_64-linux lib
# stub: ext/nokogiri/extconf.rb
