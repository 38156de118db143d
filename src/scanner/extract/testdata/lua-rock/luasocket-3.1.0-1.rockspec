-- package = "comment"
package = "LuaSocket"
version = "3.1.0-1"
source = { url = "git+https://host.example/luasocket.git" }
dependencies = { "lua >= 5.1" }
build = {
  modules = {
    version = "2",
  }
}
