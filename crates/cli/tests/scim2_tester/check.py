"""Runs every check of scim2-tester against a server: check.py BASE_URL API_KEY."""

import sys
from collections import Counter

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

base, key = sys.argv[1:]
passing = {Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE}
with Client(base_url=base, headers={"Authorization": f"Bearer {key}"}, timeout=30) as http:
    results = check_server(SyncSCIMClient(http))
counts = Counter(result.status.name for result in results)
for result in results:
    if result.status not in passing:
        print(f"{result.status.name} {result.resource_type or ''} {result.title}: {result.reason}")
print(f"checks: {len(results)}, " + ", ".join(f"{name}: {count}" for name, count in sorted(counts.items())))
sys.exit(0 if results and all(result.status in passing for result in results) else 1)
