"""The rest of a cloud: over TLS, tells what it was asked. Arguments: certificate, key, port file."""

import http.server
import json
import os
import ssl
import sys

certificate, key, port_file = sys.argv[1:]


class Cloud(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"cloud": self.headers["Host"] + self.path}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_DELETE = do_GET


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Cloud)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
server.socket = context.wrap_socket(server.socket, server_side=True)
with open(port_file + ".partial", "w") as file:
    file.write(str(server.server_address[1]))
os.rename(port_file + ".partial", port_file)
server.serve_forever()
