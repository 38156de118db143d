// Deprecated: use example.com/shop/v2 instead.
module example.com/shop

go 1.21.3

toolchain go1.22.4-corp // what builds it

require golang.org/x/text v0.3.5
require (
	github.com/dgrijalva/jwt-go v3.2.0+incompatible
	"golang.org/x/crypto" v0.0.0-20200622213623-75b288015ac9 // indirect
	gopkg.in/yaml.v2 v2.2.2 /* not a comment of Go modules, ignored */
	github.com/gone/away v1.0.0
	github.com/local/fork v1.4.0
	github.com/moved/one v1.0.0
	github.com/moved/two v2.0.0
)

exclude github.com/gone/away v1.0.0

replace (
	github.com/local/fork => ../fork
	github.com/moved/one v1.0.0 => github.com/new/one v1.0.1
	github.com/moved/two v1.9.9 => github.com/new/two v2.0.1
	golang.org/x/text v0.3.5 => golang.org/x/text v0.3.8
)
retract [v1.0.0, v1.9.9]
