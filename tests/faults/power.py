#!/usr/bin/env python3
"""Cuts the power behind each change that a command makes on the disk, and leaves of what was not synced any part.

usage: power.py PROGRAM [--part I/N] [--only REGEX] [--jobs N]

What a command writes is taken from its system calls, and the disk is modelled: a sector of a file is there after its
sync, and before that perhaps; so is the file's size, without what should stand there; and what was done to the names
of a folder is there up to some moment behind the last sync of the folder. Up to eight such choices are all tried, of
more some are drawn. Afterwards the same has to hold as in run.py, except that a site may ask to be repaired. Needs
strace: exit status 77 without.
"""

import itertools
import math
import os
import pathlib
import random
import re
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True  # nothing is left in the source
import run
from run import Broken, Folder, expect

SECTOR = 512
CHOICES_MAX = 8
DRAWN = 24
TRACED = ("openat,write,pwrite64,rename,unlink,unlinkat,mkdir,rmdir,fsync,ftruncate,symlink,fchownat,link,"
          "pwritev,writev,truncate,renameat,renameat2,linkat,symlinkat,copy_file_range,sendfile,fdatasync")


class File:
    def __init__(self, data=b"", mode=0o644):
        self.data, self.mode = bytearray(data), mode
        self.pending = []  # (offset, bytes) of sectors, or (size, None)

    def write(self, offset, data):
        end = offset + len(data)
        if end > self.size():
            self.pending.append((end, None))
        while data:
            room = SECTOR - offset % SECTOR
            self.pending.append((offset, data[:room]))
            offset, data = offset + room, data[room:]

    def size(self):
        size = len(self.data)
        for offset, data in self.pending:
            size = offset if data is None else max(size, offset + len(data))
        return size

    def with_those(self, chosen):
        data = bytearray(self.data)
        for (offset, part), is_chosen in zip(self.pending, chosen):
            if not is_chosen:
                continue
            if part is None:
                data = data[:offset].ljust(offset, b"\0")
            else:
                data = data.ljust(offset + len(part), b"\0")
                data[offset:offset + len(part)] = part
        return bytes(data)

    def sync(self):
        self.data, self.pending = bytearray(self.with_those([True] * len(self.pending))), []


class Disk:
    """`names` are as a program sees them, `kept` as they are on the disk: a File, a link's target, or a folder."""

    def __init__(self, folder):
        self.names, self.pending = {}, {}
        for path in sorted(folder.rglob("*")):
            name = str(path.relative_to(folder))
            if path.is_symlink():
                self.names[name] = os.readlink(path)
            elif path.is_dir():
                self.names[name] = None
            else:
                self.names[name] = File(path.read_bytes(), path.stat().st_mode & 0o777)
        self.kept = dict(self.names)

    def change(self, *changes):
        """Each (name, what it is now; no second: it is gone), in one folder and at once."""
        apply_names(self.names, changes)
        self.pending.setdefault(os.path.dirname(changes[0][0]), []).append(changes)

    def sync_folder(self, folder):
        for changes in self.pending.pop(folder, []):
            apply_names(self.kept, changes)

    def states(self, generator):
        """Every disk that a power cut may leave now; or some of them."""
        folders = list(self.pending)
        moments = [range(len(self.pending[folder]) + 1) for folder in folders]
        bits = sum(len(file.pending) for file in set(self.files()))
        if math.prod(map(len, moments)) << bits <= 1 << CHOICES_MAX:
            for counts in itertools.product(*moments):
                for chosen in itertools.product((False, True), repeat=bits):
                    yield self.state(dict(zip(folders, counts)), iter(chosen))
            return
        for _ in range(DRAWN):
            counts = {folder: generator.choice(moment) for folder, moment in zip(folders, moments)}
            yield self.state(counts, iter(lambda: generator.random() < 0.5, None))

    def files(self):
        waiting = [now for changes in self.pending.values() for change in changes for _, *now in change]
        return [now for now in (*self.kept.values(), *(one[0] for one in waiting if one)) if isinstance(now, File)]

    def state(self, counts, chosen):
        names = dict(self.kept)
        for folder, count in counts.items():
            for changes in self.pending[folder][:count]:
                apply_names(names, changes)
        data = {file: (file.with_those([next(chosen) for _ in file.pending]), file.mode)
                for file in dict.fromkeys(self.files())}
        return {name: data[now] if isinstance(now, File) else now for name, now in names.items()}


def apply_names(names, changes):
    for name, *now in changes:
        if now:
            names[name] = now[0]
        else:
            names.pop(name, None)


def text_of(literal):
    return bytes.fromhex(literal.replace("\\x", ""))


class Replay:
    """Follows the lines of a trace: after each that changes something, the disk has states."""

    def __init__(self, disk, root):
        self.disk, self.root = disk, root
        self.files, self.positions = {}, {}

    def name(self, path):
        return os.path.relpath(os.path.normpath(os.path.join(self.root, path)), self.root)

    def fd_path(self, annotated):
        number, path = re.match(r"(\d+|AT_FDCWD)<(.*)>$", annotated).groups()
        return number, self.name(text_of(path).decode() if path.startswith("\\x") else path)

    def follow(self, line):
        found = re.match(r"\d+ +(\w+)\((.*)\) += (-?\d+)(.*)$", line)
        if not found or int(found[3]) < 0:
            return False
        call, result = found[1], int(found[3])
        words = re.findall(r'"((?:\\x[0-9a-f]{2})*)"|([^,"]+)', found[2])
        arguments = [text_of(hexed) if not plain else plain.strip() for hexed, plain in words if hexed or plain.strip()]
        return getattr(self, "on_" + call)(arguments, result)

    def on_openat(self, arguments, result):
        name = self.name(arguments[1].decode())
        if name.startswith("..") or "O_WRONLY" not in arguments[2]:
            return False
        self.positions[result] = 0
        if name in self.disk.names:
            self.files[result] = self.disk.names[name]
            return False
        self.files[result] = File(b"", int(arguments[3], 8) & ~0o022)
        self.disk.change((name, self.files[result]))
        return True

    def on_write(self, arguments, result):
        number = int(arguments[0].split("<")[0])
        if number not in self.files or number <= 2:
            return False
        self.files[number].write(self.positions[number], arguments[1][:result])
        self.positions[number] += result
        return True

    def on_pwrite64(self, arguments, result):
        self.files[int(arguments[0].split("<")[0])].write(int(arguments[3]), arguments[1][:result])
        return True

    def on_ftruncate(self, arguments, _):
        self.files[int(arguments[0].split("<")[0])].pending.append((int(arguments[1]), None))
        return True

    def on_fsync(self, arguments, _):
        number, name = self.fd_path(arguments[0])
        name = "" if name == "." else name
        now = self.disk.names.get(name)
        if isinstance(now, File):
            now.sync()
        else:
            self.disk.sync_folder(name)
        return True

    on_fdatasync = on_fsync

    def on_rename(self, arguments, _):
        old, new = (self.name(path.decode()) for path in arguments)
        expect(os.path.dirname(old) == os.path.dirname(new), "a rename across folders")
        self.disk.change((new, self.disk.names[old]), (old,))
        return True

    def on_mkdir(self, arguments, _):
        self.disk.change((self.name(arguments[0].decode()), None))
        return True

    def on_symlink(self, arguments, _):
        self.disk.change((self.name(arguments[1].decode()), arguments[0].decode()))
        return True

    def on_unlink(self, arguments, _):
        self.disk.change((self.name(arguments[0].decode()),))
        return True

    on_rmdir = on_unlink

    def on_unlinkat(self, arguments, _):
        _, folder = self.fd_path(arguments[0])
        self.disk.change((self.name(os.path.join(folder, arguments[1].decode())),))
        return True

    def on_fchownat(self, *_):
        return False

    def __getattr__(self, name):
        raise Broken(f"a system call that the model does not know: {name}")


def write_state(state, path):
    path.mkdir()
    for name, what in sorted(state.items()):
        place = path / name
        if not place.parent.is_dir():
            continue  # its folder has gone
        if what is None:
            place.mkdir(mode=0o700)
        elif isinstance(what, str):
            place.symlink_to(what)
        else:
            place.write_bytes(what[0])
            place.chmod(what[1])


def check_state(command, folder, before, is_done):
    if folder.events("site") is None:
        told = folder.run("events site").stderr.decode()
        if "site repair" in told:
            mended = folder.run(f"site repair site {run.at(2)}")
            expect(mended.returncode == 0, f"cannot be repaired: {mended.stderr.decode()}")
        else:
            expect(command.name == "init", f"neither opens nor says what to repair: {told}")
    repairs = ["journal-repaired", "epoch-begun"]
    may_add = run.Command(command.name, [], command.line, command.adds, may_add=command.may_add + repairs)
    run.check_site(may_add, folder, before, is_done)
    run.check_keys(folder.path)
    again = folder.run(command.line)
    expect(again.returncode in command.again, f"given again: {again.returncode}: {again.stderr.decode()}")
    if command.client:
        call = folder.run(f"client call --dir {command.client} --site site {run.at(33)}")
        expect(call.returncode == 0, f"the client afterwards: {call.stdout.decode()}{call.stderr.decode()}")


def try_state(template, command, before, state, place, scratch):
    path = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    try:
        write_state(state, path / "x")
        folder = Folder(template.program, path / "x")
        folder.guid = template.guid
        check_state(command, folder, before, place == "the end")
        return None
    except Broken as broken:
        return str(broken)
    finally:
        shutil.rmtree(path)


def cases_of(program, command, scratch):
    template = Folder(program, pathlib.Path(tempfile.mkdtemp(dir=scratch)))
    template.make(command.before)
    before = template.events("site") if template.kept is None else template.kept
    traced = template.copy(pathlib.Path(tempfile.mkdtemp(dir=scratch)) / "x")
    disk = Disk(traced.path)
    trace = traced.path.parent / "trace"
    tracer = ("strace", "-f", "-y", "-xx", "-s", "1000000", "-o", trace, "-e", f"trace={TRACED}")
    done = traced.run(command.line, tracer)
    expect(done.returncode == 0, f"{command.line}: {done.stderr.decode()}")
    replay, generator = Replay(disk, str(traced.path)), random.Random(2030)
    cases, seen = [], set()
    lines = trace.read_text().splitlines()
    for number, line in enumerate(lines):
        is_end = number + 1 == len(lines)
        if not replay.follow(line) and not is_end:
            continue
        place = "the end" if is_end else f"{number}: {line[:70]}"
        for state in disk.states(generator):
            key = (is_end, repr(sorted(state.items())))
            if key not in seen:
                seen.add(key)
                cases.append((template, command, before, state, place))
    # The model has to end as the disk did.
    expect(all(isinstance(now, (str, type(None))) or bytes(now.with_those([True] * len(now.pending))) ==
               (traced.path / name).read_bytes() for name, now in disk.names.items()), "the model is wrong")
    return cases


if __name__ == "__main__":
    sys.exit(run.main(cases_of, try_state, "power cuts", __doc__))
