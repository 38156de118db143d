module m
require
require onlyname
replace a b
)
<<<<<<< HEAD
require (
	__proto__ v1.0.0
	constructor v1.0.0
