"""The commands that are sent: 1 % name an unknown group, 0.5 % lack a field, 2 % repeat an earlier one exactly."""
import collections
import random
import time
import uuid

GROUPS = {number: f"Group {number}" for number in range(1, 1001)}
ACTIVITIES = {number: f"Activity {number}" for number in range(1, 51)}

Command = collections.namedtuple("Command", "id value makes_session")


def random_ids(chance):
    """UUIDv4"""
    while True:
        yield uuid.UUID(int=chance.getrandbits(128), version=4)


def timed_ids(chance, per_ms=40):
    """UUIDv7 as producers would make them that send 40,000 a second together, from now on."""
    number = int(time.time() * 1000) * per_ms
    while True:
        yield uuid.UUID(int=number // per_ms << 80 | 7 << 76 | 2 << 62 | chance.getrandbits(12) << 64 | chance.getrandbits(62))
        number += 1


IDS = {"v4": random_ids, "v7": timed_ids}


def new_command(chance, command_id, kind):
    group = chance.randint(1, 1000) + (1000000 if kind < 0.03 else 0)
    activity = "" if 0.03 <= kind < 0.035 else f',"study_activity_id":{chance.randint(1, 50)}'
    return Command(command_id, f'{{"command_id":"{command_id}","group_id":{group}{activity}}}'.encode(), kind >= 0.035)


def mixed(count, seed, ids="v4"):
    chance = random.Random(seed)
    new_ids, sent = IDS[ids](chance), []
    for _ in range(count):
        kind = chance.random()
        repeats = kind < 0.02 and sent
        sent.append(chance.choice(sent[-5000:]) if repeats else new_command(chance, str(next(new_ids)), kind))
    return sent
