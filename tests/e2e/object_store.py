"""The object store of a yard whose cluster has --s3, for tests that look at it without Trainyard."""
import hashlib
import hmac
import re
import time
import urllib.parse


class ObjectStore:
    """The sandbox's object store, as curl sees it from the head node."""

    def __init__(self, yard):
        self.yard = yard
        address = re.search(r"^SlurmctldHost=\w+\((.+)\)$", (yard.sandbox / "etc/slurm.conf").read_text(), re.M)[1]
        settings = dict(line.split("=", 1) for line in (yard.sandbox / "settings").read_text().split())
        self.endpoint = f"http://{address}:{int(settings['port']) + 60}"
        self.credentials_file = yard.sandbox / "s3/credentials"

    def keys(self):
        """Returns the access key and the secret key."""
        return re.findall(r"= (\S+)", self.credentials_file.read_text())

    def request(self, method, path, *options, **query):
        """Sends a request and returns the body. Fails unless the answer is a success."""
        return self.yard.execute("curl", "--silent", "--show-error", "--fail-with-body", "--request", method, *options,
                                 self.presigned(method, path, query)).stdout

    def presigned(self, method, path, query):
        """Returns a URL that carries its signature (Signature Version 4) for a minute."""
        access, secret = self.keys()
        time_of_day = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        scope = [time_of_day[:8], "us-east-1", "s3", "aws4_request"]
        query = {**query, "X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": "/".join([access, *scope]),
                 "X-Amz-Date": time_of_day, "X-Amz-Expires": "60", "X-Amz-SignedHeaders": "host"}
        words = "&".join(f"{urllib.parse.quote(name, safe='')}={urllib.parse.quote(query[name], safe='')}"
                         for name in sorted(query))
        path = urllib.parse.quote(f"/{path}")
        host = self.endpoint.removeprefix("http://")
        canonical = "\n".join([method, path, words, f"host:{host}\n", "host", "UNSIGNED-PAYLOAD"])
        to_sign = "\n".join(["AWS4-HMAC-SHA256", time_of_day, "/".join(scope),
                             hashlib.sha256(canonical.encode()).hexdigest()])
        key = f"AWS4{secret}".encode()
        for part in (*scope, to_sign):
            key = hmac.digest(key, part.encode(), "sha256")
        return f"{self.endpoint}{path}?{words}&X-Amz-Signature={key.hex()}"

    def make_bucket(self, name):
        self.request("PUT", name)

    def put(self, path, file):
        self.request("PUT", path, "--upload-file", file)
