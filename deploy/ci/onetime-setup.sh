#!/bin/sh
# One-time set-up of signing in a pipeline: a project and a cluster, a PGP key, an attestor that has
# its public half, and a policy that lets into the cluster only what the attestor vouches for.
#
#   ASSAY_SERVER=https://assay.example ASSAY_TOKEN_FILE=admin-token ASSAY_PROJECT=shop \
#     ASSAY_ATTESTOR=built-by-ci CLUSTER=us-west2-b.prod deploy/ci/onetime-setup.sh ./keys
#
# KEY_KIND=pkix makes an EC key in place of the PGP key, which cosign verifies by as well.
#
# It writes ./keys/public-key.asc (or .pem) and ./keys/private-key.base64. Put the latter's content into the
# pipeline's secret variable BINAUTH_PRIVATE_KEY, keep a copy where keys are kept, and delete it.
set -eu
umask 077

: "${ASSAY_SERVER:?address of the server}" "${ASSAY_TOKEN_FILE:?file with an admin token}"
: "${ASSAY_PROJECT:?project}" "${ASSAY_ATTESTOR:?id of the attestor}" "${CLUSTER:?LOCATION.NAME}"
keys=${1:?folder for the keys}
export ASSAY_SERVER ASSAY_TOKEN_FILE ASSAY_PROJECT ASSAY_ATTESTOR

mkdir -p "$keys"
if [ -e "$keys/private-key.base64" ]; then
  echo "$keys/private-key.base64 is there already; name another folder" >&2
  exit 1
fi

assay project create "$ASSAY_PROJECT" || assay project list >/dev/null
assay project add-cluster "$ASSAY_PROJECT" "$CLUSTER"

make_pgp_key() {
  # The key is made in a home of its own, which ends with this script.
  GNUPGHOME=$(mktemp -d)
  export GNUPGHOME
  trap 'gpgconf --kill all; rm -rf "$GNUPGHOME"' EXIT
  user="$ASSAY_ATTESTOR@$ASSAY_PROJECT"
  gpg --batch --quiet --pinentry-mode loopback --passphrase '' \
    --quick-generate-key "$user" rsa3072 sign never
  gpg --batch --armor --export "$user" >"$1"
  gpg --batch --pinentry-mode loopback --passphrase '' --armor --export-secret-keys "$user" |
    base64 -w0 >"$keys/private-key.base64"
}

make_pkix_key() {
  pem=$(openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256)
  printf '%s\n' "$pem" | openssl pkey -pubout -out "$1"
  printf '%s\n' "$pem" | base64 -w0 >"$keys/private-key.base64"
}

case "${KEY_KIND:-pgp}" in
  pgp) public="$keys/public-key.asc" && make_pgp_key "$public" ;;
  pkix) public="$keys/public-key.pem" && make_pkix_key "$public" ;;
  *) echo "KEY_KIND is $KEY_KIND; give pgp or pkix" >&2 && exit 1 ;;
esac

assay attestor create "$ASSAY_ATTESTOR" --key "$public"

cat >"$keys/policy.json" <<POLICY
{
  "globalPolicyEvaluationMode": "ENABLE",
  "defaultAdmissionRule": {
    "evaluationMode": "ALWAYS_DENY",
    "enforcementMode": "ENFORCED_BLOCK_AND_AUDIT_LOG"
  },
  "clusterAdmissionRules": {
    "$CLUSTER": {
      "evaluationMode": "REQUIRE_ATTESTATION",
      "enforcementMode": "ENFORCED_BLOCK_AND_AUDIT_LOG",
      "requireAttestationsBy": ["projects/$ASSAY_PROJECT/attestors/$ASSAY_ATTESTOR"]
    }
  }
}
POLICY
# The token goes by a pipe: arguments can be read by every process of the machine.
printf 'header = "authorization: Bearer %s"\n' "$(cat "$ASSAY_TOKEN_FILE")" |
  curl --config - --silent --show-error --fail --output /dev/null --request PUT \
    --header 'content-type: application/json' --data "@$keys/policy.json" \
    "$ASSAY_SERVER/v1/projects/$ASSAY_PROJECT/policy"

echo "set BINAUTH_PRIVATE_KEY in the pipeline to the content of $keys/private-key.base64" >&2
