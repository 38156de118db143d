package = [[mine]]
local v = "1"
version = v .. "-1"
