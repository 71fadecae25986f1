"""A page of pgo-report as a reader without a browser sees it."""

import base64
import hashlib
import html.parser
import json

# Elements whose text is not markup.
_RAW = {"script", "style", "title"}


class Page(html.parser.HTMLParser):
    """Elements in order, as (tag, attributes, text right inside)."""

    def __init__(self, content):
        super().__init__(convert_charrefs=True)
        self.elements = []
        self.comments = []
        self._open = []
        self.feed(content.decode("utf-8", errors="strict"))
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append([tag, dict(attrs), ""])
        if tag not in ("meta", "input"):
            self._open.append(self.elements[-1])

    def handle_endtag(self, tag):
        assert self._open.pop()[0] == tag

    def handle_data(self, data):
        if self._open:
            self._open[-1][2] += data

    def handle_comment(self, data):
        self.comments.append(data)

    def all(self, tag):
        return [element for element in self.elements if element[0] == tag]

    def one(self, tag, **attributes):
        (found,) = [element for element in self.all(tag) if attributes.items() <= element[1].items()]
        return found

    @property
    def tags(self):
        return [tag for tag, _, _ in self.elements]

    @property
    def data(self):
        return json.loads(self.one("script", id="data")[2])

    @property
    def policy(self):
        """{directive: [value...]}"""
        content = self.one("meta", **{"http-equiv": "Content-Security-Policy"})[1]["content"]
        return {name: values for name, *values in (directive.split() for directive in content.split(";"))}


def csp_hash(text):
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
