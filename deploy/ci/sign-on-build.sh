#!/bin/sh
# Signs an image that a pipeline has built and pushed, and waits until it may be deployed. Prints the
# image by digest, which is the reference to deploy.
#
#   BINAUTH_PRIVATE_KEY=… ASSAY_SERVER=https://assay.example ASSAY_TOKEN_FILE=token \
#     ASSAY_PROJECT=shop ASSAY_ATTESTOR=built-by-ci deploy/ci/sign-on-build.sh "$IMAGE@$DIGEST"
#
# With ASSAY_COSIGN=true it writes a signature beside the image too, which stock cosign verifies by
# the public key; with ASSAY_REFERRER=true a sigstore bundle as an OCI referrer. Both need a PKIX key.
#
# Take the digest from the push itself, e.g. docker buildx build --push --metadata-file build.json
# and its containerimage.digest: a tag can move between push and signature.
set -eu

: "${ASSAY_SERVER:?address of the server}" "${ASSAY_TOKEN_FILE:?file with a token}"
: "${ASSAY_PROJECT:?project}" "${ASSAY_ATTESTOR:?id of the attestor}"
: "${BINAUTH_PRIVATE_KEY:?private key in base64, as onetime-setup.sh wrote it}"
image=${1:?IMAGE@DIGEST}
export ASSAY_SERVER ASSAY_TOKEN_FILE ASSAY_PROJECT ASSAY_ATTESTOR BINAUTH_PRIVATE_KEY

assay attest sign "$image" --key-env BINAUTH_PRIVATE_KEY >&2
unset BINAUTH_PRIVATE_KEY
assay attest wait "$image" --timeout "${WAIT_SECONDS:-60}"
