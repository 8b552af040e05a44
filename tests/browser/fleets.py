"""The runs whose reports are tested: each a scenario, with an inventory where it names one."""

import csv
import io

OUTAGE = """
[[action]]
do = "outage"
endpoint = "cmg"
at = "20d"
for = "75d"
"""

# Some stay, some leave for good, some were never anywhere that would take them.
FLEET = """format = 1
[run]
name = "A fleet"
duration = "130d"
start = 2026-01-01T00:00:00Z
{run}
[[cohort]]
name = "office"
clients = 40
agent-restart-every = "2d"
network = {{ model = "fixed", on = "intranet" }}
[[cohort]]
name = "leaves"
clients = 30
agent-restart-every = "2d"
[cohort.network]
model = "timeline"
steps = [ {{ at = "0d", on = "intranet" }}, {{ at = "10d", on = "internet" }} ]
[[cohort]]
name = "outside"
clients = 10
network = {{ model = "fixed", on = "internet" }}
{actions}
"""

# Two hundred come at once, where ten a minute are served.
LOAD = """format = 1
[run]
name = "A herd"
duration = "1d"
tick = "1m"
start = 2026-01-01T00:00:00Z
[site.capacity]
mp = { per-minute = 10, queue = 100 }
[[cohort]]
name = "office"
clients = 200
network = { model = "fixed", on = "intranet" }
"""

HOSTILE_NAMES = [
    "<script>document.title='lost'</script>",
    "</script><img src=x onerror=\"document.title='lost'\">",
    "\"><svg onload=document.title='lost'>",
    "' onmouseover='x",
    "&lt;b&gt;&#60;",
    "<!--<script>",
    "\u202egnp.exe",
    "\u05d0\u05d1\u05d2",
    "line\u2028separator",
    "\\u003c",
    "${7*7} {{7*7}} `x`",
    "=1+1",
    "n" * 250,
]

HOSTILE = """format = 1
[run]
name = "</title><script>document.title='lost'</script>"
duration = "30d"
start = 2026-01-01T00:00:00Z
[[cohort]]
name = "<i>\\"co&hort'"
inventory = "devices.csv"
network = { model = "fixed", on = "internet" }
[[action]]
do = "upgrade"
cohort = "<i>\\"co&hort'"
at = "3d"
"""

# Nobody is installed before it ends.
EMPTY = """format = 1
[run]
duration = "1d"
start = 2026-01-01T00:00:00Z
[[cohort]]
name = "later"
clients = 3
install = { at = "5d" }
network = { model = "fixed", on = "intranet" }
"""


def hostile_inventory():
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["device", "state", "network"])
    for name in HOSTILE_NAMES:
        rows.writerow([name, "installed", "internet"])
    return text.getvalue()


def large(clients):
    return f"""format = 1
[run]
name = "A day"
duration = "1d"
start = 2026-01-01T00:00:00Z
[[cohort]]
name = "all"
clients = {clients}
[cohort.network]
model = "fixed"
on = "internet"
"""
