#!/bin/sh
# Makes the certificates of the tests, good from 2020 to 2120. Nothing but the tests trusts them.
# They are checked in, because the tests need nothing but Node.
set -e
cd "$(dirname "$0")"
work=$(mktemp -d)
cat >"$work/config" <<END
[ca]
default_ca = ours
[ours]
database = $work/database
new_certs_dir = $work
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
[leaf]
basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth, clientAuth
subjectAltName = DNS:localhost, DNS:store.example, IP:127.0.0.1
END
: >"$work/database"

# request NAME
request() {
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out "$1-key.pem"
  openssl req -new -key "$1-key.pem" -subj "/CN=evenkeel test $1" -out "$work/$1.csr"
}
# sign NAME EXTENSIONS, and who signs
sign() {
  name=$1 extensions=$2
  shift 2
  openssl ca -batch -notext -config "$work/config" -extensions "$extensions" "$@" \
    -startdate 20200101000000Z -enddate 21200101000000Z -in "$work/$name.csr" -out "$name.pem"
}
for authority in authority other-authority; do
  request $authority
  sign $authority authority -selfsign -keyfile $authority-key.pem
done
for leaf in server server-2 client; do
  request $leaf
  sign $leaf leaf -cert authority.pem -keyfile authority-key.pem
done
request other-client
sign other-client leaf -cert other-authority.pem -keyfile other-authority-key.pem
rm -r authority-key.pem other-authority-key.pem "$work"
