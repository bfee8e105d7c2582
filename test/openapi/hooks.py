"""What an OpenAPI document cannot say: the rule of ranges, and contents that are lines of JSON."""

import json

import schemathesis
from hypothesis import strategies as st

RANGES = "/v0/entities"


@schemathesis.hook
def filter_query(context, query):
    """A range has exactly one of start and prefix, and end goes with start."""
    operation = context.operation
    if operation.path != RANGES or operation.method.upper() == "POST":
        return True
    names = set(query or {}) & {"start", "end", "prefix"}
    return names in ({"start"}, {"start", "end"}, {"prefix"})


keys = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)
conditions = st.one_of(
    st.just({}),
    st.just({"ifNoneMatch": "*"}),
    st.builds(lambda version: {"ifMatch": version}, st.sampled_from(["*", "1"])),
)
puts = st.fixed_dictionaries(
    {"key": keys, "valueText": st.text(st.characters(codec="utf-8"))},
    optional={"ttlMs": st.integers(1, 10**9), "contentType": st.just("text/plain")},
)
deletions = st.fixed_dictionaries({"key": keys, "delete": st.just(True)})
operations = st.builds(lambda line, condition: line | condition, puts | deletions, conditions)


@schemathesis.hook
def before_generate_body(context, strategy):
    """Lines of operations in half of the batches; any text in the others."""
    if context.operation.method.upper() != "POST":
        return strategy
    lines = st.lists(operations.map(json.dumps), max_size=20).map("\n".join)
    return st.one_of(lines, strategy)


@schemathesis.serializer("application/x-ndjson")
def ndjson(context, value):
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()
