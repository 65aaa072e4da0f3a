#!/usr/bin/env bash
# Makes the certificates that development and the tests use: a CA, a server's and a client's certificate.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: certs/make-dev-certs.sh [--force] [--out FOLDER] [NAME|ADDRESS ...]

  --out FOLDER   where to write (default: the folder of this script)
  --force        make a new CA even if there is one; whoever trusts the old one must be given the new ca.pem
  NAME|ADDRESS   further names of the server, beside localhost, 127.0.0.1 and ::1

PFX_PASSWORD (default: development) protects client.pfx and client.enc.key; client.password holds it.
TEXT
}

out=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
force=false
names=(localhost 127.0.0.1 ::1)
while (($#)); do
  case $1 in
    --force) force=true ;;
    --out) out=${2:?--out needs a folder}; shift ;;
    -h | --help) usage; exit ;;
    -*) usage >&2; exit 2 ;;
    *) names+=("$1") ;;
  esac
  shift
done
export PFX_PASSWORD=${PFX_PASSWORD:-development}

# A key is unreadable to others from its first byte on; the certificates are opened up at the end.
umask 077
mkdir -p "$out"
cd "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

new_key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }

alternative_names() {
  local separator='' name
  for name in "$@"; do
    if [[ $name == *:* || $name =~ ^[0-9]+(\.[0-9]+){3}$ ]]; then printf '%sIP:%s' "$separator" "$name"
    else printf '%sDNS:%s' "$separator" "$name"; fi
    separator=,
  done
}

make_ca() {
  # A configuration of our own: the machine's openssl.cnf may add extensions a second time.
  cat > "$work/ca.cnf" <<'CNF'
[req]
prompt = no
distinguished_name = name
x509_extensions = extensions
[name]
O = SignalRBridge
CN = SignalRBridge development CA
[extensions]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
CNF
  new_key ca.key
  openssl req -x509 -new -sha256 -days 3650 -key ca.key -config "$work/ca.cnf" -out ca.pem
}

# make_certificate NAME COMMON_NAME EXTENDED_KEY_USAGE [EXTENSION]
make_certificate() {
  printf '%s\n' 'basicConstraints = critical, CA:FALSE' 'keyUsage = critical, digitalSignature' \
    "extendedKeyUsage = $3" 'subjectKeyIdentifier = hash' 'authorityKeyIdentifier = keyid:always' "${4:-}" > "$work/$1.ext"
  printf '[req]\nprompt = no\ndistinguished_name = name\n[name]\nO = SignalRBridge\nCN = %s\n' "$2" > "$work/$1.cnf"
  new_key "$1.key"
  openssl req -new -sha256 -key "$1.key" -config "$work/$1.cnf" -out "$work/$1.csr"
  # 825 days is the longest that Apple's verifiers accept.
  openssl x509 -req -sha256 -days 825 -in "$work/$1.csr" -CA ca.pem -CAkey ca.key \
    -set_serial "0x$(openssl rand -hex 16)" -extfile "$work/$1.ext" -out "$1.crt" 2> "$work/log" || { cat "$work/log" >&2; exit 1; }
}

if $force || [[ ! -s ca.pem || ! -s ca.key ]]; then make_ca; fi
make_certificate server localhost serverAuth "subjectAltName = $(alternative_names "${names[@]}")"
make_certificate client bridge clientAuth
openssl pkcs8 -topk8 -v2 aes-256-cbc -in client.key -out client.enc.key -passout env:PFX_PASSWORD
openssl pkcs12 -export -name bridge -in client.crt -inkey client.key -out client.pfx -passout env:PFX_PASSWORD
printf %s "$PFX_PASSWORD" > client.password
chmod 644 ca.pem server.crt client.crt

openssl verify -CAfile ca.pem -purpose sslserver server.crt > /dev/null
openssl verify -CAfile ca.pem -purpose sslclient client.crt > /dev/null
echo "Certificates for ${names[*]} are in $out"
