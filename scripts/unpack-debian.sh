#!/usr/bin/env bash
# Unpacks real Debian programs for the flow tests into .cache/debian, with the libraries that this
# system lacks: apt with its own lists and cache, then dpkg -x. Nothing changes outside .cache.
# Clients that this release does not have come from a newer suite of the same mirror, each alone:
# they are of Go and need no library but libc.
#
# usage: scripts/unpack-debian.sh          programs appear in .cache/debian/bin
#
# Where there is no apt, no Debian source or no mirror it says so and ends with 0: the tests that
# need a program then skip by name (or fail, with ASSAY_REQUIRE_REAL=1).
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(rpm skopeo docker-registry gpg gpg-agent gpgconf postgresql notary)
programs=(rpm skopeo docker-registry gpg gpg-agent gpgconf initdb postgres
  notary notary-server notary-signer)
clients=(cosign notation oras)
newer="${ASSAY_DEBIAN_NEWER:-forky}"
home="$PWD/.cache/debian"
apt="$PWD/.cache/apt"
root="$home/root"
stamp="$home/unpacked"

give_up() {
  echo "unpack-debian: $1; the tests that need ${programs[*]} will be skipped by name" >&2
  exit 0
}

# What was unpacked holds for these packages on this release only.
release="$(. /etc/os-release 2>/dev/null && echo "${ID:-}-${VERSION_ID:-}" || true)"
want="$release $(uname -m) ${packages[*]} $newer ${clients[*]} 4"
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ]; then exit 0; fi

for tool in apt-get dpkg; do
  command -v "$tool" >/dev/null || give_up "this system has no $tool"
done

# The mirror, release and components that the system itself uses, main only.
source_line() {
  local line uri suite
  line="$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' \
    'Created-By: Packages' 2>/dev/null | grep -E '/debian/? .* main$' | grep -m1 -v security || true)"
  read -r uri suite _ <<<"$line"
  suite="$(. /etc/os-release && echo "${VERSION_CODENAME:-$suite}")"
  uri="${ASSAY_DEBIAN_MIRROR:-$uri}"
  [ -n "$uri" ] && [ -n "$suite" ] || return 1
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $suite main"
}

mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$home/bin"
source_line >"$apt/sources.list" || give_up "no Debian source in apt (set ASSAY_DEBIAN_MIRROR)"

private=(
  -o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=-
  -o Dir::State::Lists="$apt/lists" -o Dir::Cache="$apt/cache"
  -o APT::Sandbox::User="$(id -un)" -o Debug::NoLocking=1 -o Acquire::Languages=none
  -o APT::Update::Error-Mode=any -o Acquire::Retries=2 -o Acquire::http::Timeout=20 -o APT::Get::AllowUnauthenticated=false
)
quiet() { "$@" >"$apt/log" 2>&1; }

echo "unpack-debian: fetching ${packages[*]} from $(cut -d' ' -f3,4 "$apt/sources.list")" >&2
quiet apt-get "${private[@]}" update || give_up "no mirror answers ($(tail -n1 "$apt/log"))"
rm -f "$apt"/cache/archives/*.deb
# `postgresql` is empty and names the server of this release; only what is named is fetched again
# where the system has it already.
server="$(apt-cache "${private[@]}" depends postgresql | grep -om1 'postgresql-[0-9]*$' || true)"
packages+=(${server:+"$server"})
quiet apt-get "${private[@]}" install --download-only --reinstall --no-install-recommends -y \
  "${packages[@]}" || give_up "the packages cannot be fetched ($(tail -n1 "$apt/log"))"

# Beside the old ones, which running tests may use, until everything is there.
rm -rf "$root.new" "$home/bin.new"
mkdir -p "$root.new" "$home/bin.new"
for deb in "$apt"/cache/archives/*.deb; do dpkg -x "$deb" "$root.new"; done

# A wrapper finds the unpacked libraries and the files that the program expects under / itself.
multiarch="$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || echo "$(uname -m)-linux-gnu")"
libraries="$root/usr/lib/$multiarch:$root/lib/$multiarch:$root/usr/lib"
arguments_of() {
  case "$1" in
    rpm) echo "--rcfile '$root/usr/lib/rpm/rpmrc' --macros '$root/usr/lib/rpm/macros'" ;;
    gpg) echo "--agent-program '$home/bin/gpg-agent'" ;;
    skopeo)
      if [ -f "$root.new/etc/containers/policy.json" ]; then
        echo "--policy '$root/etc/containers/policy.json'"
      else
        echo "--insecure-policy"
      fi
      ;;
  esac
}
for program in "${programs[@]}"; do
  found="$(cd "$root.new" && ls -d usr/bin/"$program" usr/lib/postgresql/*/bin/"$program" \
    2>/dev/null | tail -n1 || true)"
  [ -n "$found" ] || continue
  binary="$root/$found"
  cat >"$home/bin.new/$program" <<WRAPPER
#!/bin/sh
LD_LIBRARY_PATH='$libraries'\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
exec '$binary' $(arguments_of "$program") "\$@"
WRAPPER
  chmod +x "$home/bin.new/$program"
done
# A client that the suite does not have, or that does not run on this libc, is left out by name.
unpack_clients() {
  local place="$apt/newer" deb client
  local got="$place/got"
  mkdir -p "$place/lists/partial" "$place/cache/archives/partial" "$got"
  sed "s/ [^ ]* main\$/ $newer main/" "$apt/sources.list" >"$place/sources.list"
  local options=("${private[@]}" -o Dir::Etc::SourceList="$place/sources.list"
    -o Dir::State::Lists="$place/lists" -o Dir::Cache="$place/cache")
  quiet apt-get "${options[@]}" update || {
    echo "unpack-debian: no suite $newer at the mirror; left out: ${clients[*]}" >&2
    return 0
  }
  for client in "${clients[@]}"; do
    rm -f "$got"/*.deb
    if (cd "$got" && quiet apt-get "${options[@]}" download "$client") &&
      deb="$(ls "$got"/*.deb)" && dpkg -x "$deb" "$root.new/newer" &&
      "$root.new/newer/usr/bin/$client" version >"$apt/log" 2>&1; then
      printf '#!/bin/sh\nexec %s "$@"\n' "'$root/newer/usr/bin/$client'" >"$home/bin.new/$client"
      chmod +x "$home/bin.new/$client"
    else
      echo "unpack-debian: $newer has no $client that runs here; it is left out" >&2
    fi
  done
  rm -rf "$got"
}
unpack_clients
rm -rf "$root" "$home/bin"
mv "$root.new" "$root"
mv "$home/bin.new" "$home/bin"
rm -f "$apt"/cache/archives/*.deb
echo "$want" >"$stamp"
echo "unpack-debian: $(ls "$home/bin" | tr '\n' ' ')in .cache/debian/bin" >&2
