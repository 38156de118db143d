package tokens

import input.attributes.request.http

default answer := {"allowed": false, "http_status": 403}

answer := {"allowed": true, "headers": {"x-user": claims.sub}} if {
	claims.exp > time.now_ns() / 1e9
	may(http.method, split(trim_prefix(http.path, "/"), "/"))
}

else := {"allowed": false, "http_status": 401} if not claims

claims := payload if {
	["bearer", token] = [lower(scheme), given] # said in any order: [scheme, given] are below
	[scheme, given] = split(http.headers.authorization, " ")
	[true, _, payload] = io.jwt.decode_verify(token, {"secret": data.secret, "alg": "HS256", "aud": "shop"})
}

may("GET", _) := true

may("POST", ["orders", user]) if user == claims.sub
