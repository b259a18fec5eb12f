# Stands before the commands of a page and plays what a test has not got. Given are BINARY, the command
# under test; LISTEN, where a server without --listen listens; and CLOUD, the list of a real cloud.
set -euo pipefail
export NOVA_IMAGES_LISTEN=$LISTEN
# Where the page is; empty behind its end.
at=start
server=
trap finish EXIT

finish() {
    [ -z "$at" ] || echo "failed: $at" >&2
    stop
}

stop() {
    [ -n "$server" ] || return 0
    kill "$server" 2>/dev/null || true
    wait "$server" || true
    server=
}

# A server runs until the next one, or the page's end, as with Ctrl-C between them; its first line says
# that it answers. All else is the command itself.
nova-images() {
    case ${1:-serve} in
    serve | -*) ;;
    *)
        "$BINARY" "$@"
        return
        ;;
    esac
    stop
    rm -f .said
    mkfifo .said
    "$BINARY" "$@" >.said &
    server=$!
    read -r _ <.said
}

cargo() {
    [ "${*:1:3}" = "run --release --" ] || {
        echo "not run by this test: cargo $*" >&2
        return 1
    }
    nova-images "${@:4}"
}

# An answer that is an error is a mistake of the page.
curl() {
    case $* in
    *https://glance.example.org/v2/images*marker=*) cat "${CLOUD%.json}-2.json" ;;
    *https://glance.example.org/v2/images*) cat "$CLOUD" ;;
    *) command curl --fail-with-body --max-time 20 "$@" ;;
    esac
}

openstack() {
    echo token-of-the-cloud
}
