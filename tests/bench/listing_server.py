"""A store that has only listings: answers ListObjectsV2 with made-up, empty objects, a thousand at a time."""
import http.server
import threading
import urllib.parse

PER_PAGE = 1000
OBJECT = ('<Contents><Key>set/{0:07}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>'
          '<ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><Size>0</Size></Contents>')


def page(bucket, first, count):
    """Returns a page of the listing of the objects set/0000000 to set/<count - 1>."""
    last = min(first + PER_PAGE, count)
    more = f"<IsTruncated>true</IsTruncated><NextContinuationToken>{last}</NextContinuationToken>" if last < count else \
        "<IsTruncated>false</IsTruncated>"
    return (f'<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<Name>{bucket}</Name><Prefix>set/</Prefix><KeyCount>{last - first}</KeyCount><MaxKeys>{PER_PAGE}</MaxKeys>{more}"
            f"{''.join(OBJECT.format(number) for number in range(first, last))}</ListBucketResult>")


class ListingServer(http.server.ThreadingHTTPServer):
    """A server of a listing of `count` objects on the loopback interface, in threads of its own."""

    def __init__(self, count):
        super().__init__(("127.0.0.1", 0), Answer)
        self.count = count

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self):
        threading.Thread(target=self.serve_forever).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        address = urllib.parse.urlsplit(self.path)
        first = int(urllib.parse.parse_qs(address.query).get("continuation-token", ["0"])[0])
        body = page(address.path.strip("/"), first, self.server.count).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass
