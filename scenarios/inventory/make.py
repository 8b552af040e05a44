#!/usr/bin/env python3
"""Makes the inventories beside it: 12,000 made-up devices as they were on 2026-06-01, in three files.

    scenarios/inventory/make.py

The same files every time. A real fleet's come from its own database, with the same columns."""
import datetime
import pathlib
import random

START = datetime.datetime(2026, 6, 1, tzinfo=datetime.timezone.utc)
HERE = pathlib.Path(__file__).parent


def ago(days):
    return (START - datetime.timedelta(seconds=int(days * 86400))).strftime('%Y-%m-%dT%H:%M:%SZ')


def token_age(chance, young):
    """In days: that share is not due for renewal yet, and few are long overdue."""
    if chance.random() < young:
        return 30 * chance.random()
    return 30 + 59 * chance.random() * chance.random() * chance.random()


def row(chance, device, network, age, extra):
    """One device with a token of that age in days; a few have none that is good."""
    fate = chance.random()
    if fate < 0.005:
        return [device, 'installed', '', network, *extra]
    if fate < 0.010:
        return [device, 're-registration-required', '', network, *extra]
    if fate < 0.020:
        return [device, '', ago(90 + 60 * chance.random()), network, *extra]  # expired
    return [device, '', ago(age), network, *extra]


def write(name, header, rows):
    lines = [','.join(header), *(','.join(fields) for fields in rows)]
    (HERE / name).write_text('\n'.join(lines) + '\n', newline='\n')


def laptops(chance):
    for number in range(8000):
        age = token_age(chance, 0.85)
        network = 'internet' if chance.random() < 0.6 else 'intranet'
        version = 'outdated' if chance.random() < 0.01 else ''
        cmg_allowed = 'false' if chance.random() < 0.01 else ''
        yield row(chance, f'LT-{number:05}', network, age, [version, cmg_allowed])


def kiosks(chance):
    for number in range(1500):
        age = token_age(chance, 0.70)
        yield row(chance, f'KIOSK-{number:04}', 'internet', age, [])


def desktops(chance):
    for number in range(2500):
        blocked = 'true' if chance.random() < 0.004 else ''
        yield row(chance, f'PC-{number:04}', 'intranet', token_age(chance, 0.85), [blocked])


COMMON = ['device', 'state', 'token-issued', 'network']
CHANCE = random.Random(2026)
write('laptops.csv', [*COMMON, 'version', 'cmg-allowed'], laptops(CHANCE))
write('kiosks.csv', COMMON, kiosks(CHANCE))
write('desktops.csv', [*COMMON, 'blocked'], desktops(CHANCE))
