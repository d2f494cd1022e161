# /// script
# dependencies = ["nox[uv]>=2025.5"]
# ///
"""Every job of the repository; the rules behind them live in tools/."""

import os
import shutil
import sys
from pathlib import Path

import nox

ROOT = Path(__file__).parent
CONSTRAINTS = ROOT / "constraints.txt"
PROJECT = nox.project.load_toml(ROOT / "pyproject.toml")
# What the stress runs on is tested with it: it takes a minute, and no component needs it.
ORCHESTRATOR = "tests/test_process_orchestrator.py"
# Many tests wait, for processes and deadlines: one worker more than there are processors.
WORKERS = f"--numprocesses={(os.cpu_count() or 1) + 1}"
COMPONENTS = sorted(path.name for path in (ROOT / "packages").iterdir() if path.is_dir())

nox.needs_version = ">=2025.5"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.sessions = ["lint", "typecheck", "tests", "integration", "floor"]

# A job leaves its traces in .nox only, and downloads no interpreter.
os.environ.setdefault("UV_CACHE_DIR", str(ROOT / ".nox" / ".uv-cache"))
os.environ.setdefault("UV_PYTHON_DOWNLOADS", "never")
# The secret detector keeps its compiled rules, by default in the home folder.
os.environ.setdefault("KF_RULE_CACHE_DIR", str(ROOT / ".nox" / ".kingfisher"))
# Tests start hundreds of processes: each is quicker where modules are compiled already.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ.setdefault("PYTHONPYCACHEPREFIX", str(ROOT / ".nox" / ".pycache"))
os.environ["ZENML_ANALYTICS_OPT_IN"] = "false"


@nox.session
def demo(session: nox.Session) -> None:
    """Run the governed example and show what governance did: -- --fail data|model|step."""
    install(session, "demo", *COMPONENTS)
    session.run("python", "examples/demo.py", *session.posargs)


@nox.session
@nox.parametrize("component", COMPONENTS, ids=COMPONENTS)
def tests(session: nox.Session, component: str) -> None:
    """Test each component alone, as its wheel installs."""
    install(session, "test", component)
    run_tests(session, component, "-m", "not engines", *session.posargs)
    # Its README's snippets, with nothing else of the platform installed.
    session.run(
        *("python", "-m", "pytest", "tests/test_readmes.py", f"-k=packages/{component}"),
        WORKERS,
    )
    if not session.posargs:  # a part of the tests covers a part of the code
        session.run("python", "-m", "tools.coverage_gate", component)


@nox.session
@nox.parametrize("component", COMPONENTS, ids=COMPONENTS)
def floor(session: nox.Session, component: str) -> None:
    """Test each component with the lowest versions that its metadata allows."""
    lowest = session.create_tmp() + "/lowest.txt"
    source = session.create_tmp() + "/direct.in"
    Path(source).write_text("zenml[local]\n", "utf-8")
    compile_requirements(
        session,
        f"packages/{component}/pyproject.toml",
        source,
        "--all-extras",
        "--resolution=lowest-direct",
        f"--output-file={lowest}",
    )
    built = with_extras(component, wheel(session, component))
    session.install(*group("test"), f"--constraint={lowest}", built)
    session.run("python", "-m", "tools.floor", component, lowest)
    chosen = "not any_version and not engines"
    run_tests(session, component, "--no-cov", "-m", chosen, *session.posargs)


@nox.session(default=False)
def engines(session: nox.Session) -> None:
    """Test the data gate on Dask and on PySpark, which needs Java."""
    install(session, "engines", "governance-steps")
    tests = "packages/governance-steps/tests"
    session.run("python", "-m", "pytest", tests, "-m", "engines", *session.posargs)


@nox.session
def integration(session: nox.Session) -> None:
    """Test all components together, and the repository's own rules."""
    install(session, "integration", *COMPONENTS)
    # As a module, so that the tests can import tools. The components' own READMEs are run where
    # each is alone.
    readme = "tests/test_readmes.py::test_every_snippet_runs"
    session.run(
        *("python", "-m", "pytest", "tests", WORKERS, f"--ignore={ORCHESTRATOR}"),
        *(f"--deselect={readme}[{kind}-packages" for kind in ("static", "dynamic")),
        *session.posargs,
    )


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, borders between components and modules, spelling and dependencies."""
    # import-linter reads the code through the import system, as it is in the tree.
    install(session, "lint")
    session.install("--no-deps", *(f"--editable=packages/{name}" for name in COMPONENTS))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports", "--no-cache")
    session.run("codespell")
    session.run("hadolint", *map(str, sorted(ROOT.glob("docker/**/Dockerfile*"))))
    for name in COMPONENTS:
        with session.chdir(f"packages/{name}"):
            session.run("deptry", "src", "--known-first-party=governance")


@nox.session
def typecheck(session: nox.Session) -> None:
    """Check all types, strictly."""
    install(session, "typecheck", *COMPONENTS)
    for name in COMPONENTS:
        session.run("mypy", f"packages/{name}/src", f"packages/{name}/tests")
    session.run("mypy", "noxfile.py", "tools", "tests", "examples")


@nox.session
def bench(session: nox.Session) -> None:
    """Measure side by side with a rival: -- NAME, one of tools/bench_*.py."""
    install(session, "bench", *COMPONENTS)
    names = sorted(path.stem.removeprefix("bench_") for path in (ROOT / "tools").glob("bench_*.py"))
    for name in session.posargs or names:
        if name not in names:
            session.error(f"There is no bench {name!r}; there are: {', '.join(names)}.")
        session.run("python", "-m", f"tools.bench_{name}")


@nox.session(default=False)
def stress(session: nox.Session) -> None:
    """Stress the hooks, for minutes: -- runs|kill|outage|audit|audit-kill [OPTIONS]."""
    install(session, "integration", "governance-hooks")
    session.run("python", "-m", "pytest", ORCHESTRATOR)
    session.run("python", "-m", "tools.stress_hooks", *session.posargs)


@nox.session
def build(session: nox.Session) -> None:
    """Build and inspect the distributions of all components, or of those named after --."""
    session.install(*group("build"), f"--constraint={CONSTRAINTS}")
    for component in session.posargs or COMPONENTS:
        built = Path(wheel(session, component))
        session.run("validate-pyproject", f"packages/{component}/pyproject.toml", silent=True)
        session.run("check-wheel-contents", str(built))
        session.run("twine", "check", "--strict", *map(str, built.parent.iterdir()))
        shutil.copytree(built.parent, ROOT / "dist", dirs_exist_ok=True)


@nox.session(default=False)
def lock(session: nox.Session) -> None:
    """Pin everything that any job installs, with hashes; -- --upgrade moves the pins."""
    groups = [f"--group=pyproject.toml:{name}" for name in PROJECT["dependency-groups"]]
    compile_requirements(
        session,
        *(f"packages/{name}/pyproject.toml" for name in COMPONENTS),
        *groups,
        "--all-extras",
        "--generate-hashes",
        f"--output-file={CONSTRAINTS.name}",
        *session.posargs,
    )


def install(session: nox.Session, name: str, *components: str) -> None:
    """Install a dependency group and components' wheels, all pinned."""
    wheels = [with_extras(component, wheel(session, component)) for component in components]
    session.install(*group(name), *wheels, f"--constraint={CONSTRAINTS}")


def group(name: str) -> list[str]:
    """List the requirements of a dependency group."""
    return list(nox.project.dependency_groups(PROJECT, name))


def wheel(session: nox.Session, component: str) -> str:
    """Build a component's sdist, and its wheel from that, once per run of nox."""
    folder = ROOT / ".nox" / ".wheels" / f"{component}-{os.getpid()}"
    if not folder.exists():
        for old in folder.parent.glob(f"{component}-*"):
            shutil.rmtree(old)
        uv(session, "build", f"packages/{component}", f"--out-dir={folder}")
        (folder / ".gitignore").unlink(missing_ok=True)
    (built,) = folder.glob("*.whl")
    return str(built)


def with_extras(component: str, built: str) -> str:
    """Ask for a wheel with all that its component can use."""
    project = nox.project.load_toml(ROOT / "packages" / component / "pyproject.toml")["project"]
    extras = ",".join(project.get("optional-dependencies", {}))
    return f"{built}[{extras}]" if extras else built


def compile_requirements(session: nox.Session, *arguments: str) -> None:
    """Resolve requirements for every supported Python."""
    uv(
        session,
        "pip",
        "compile",
        "--universal",
        "--python-version=3.10",
        "--no-header",
        "--no-annotate",
        "--quiet",
        *arguments,
    )


def uv(session: nox.Session, *arguments: str) -> None:
    """Run uv, which nox's own requirements bring."""
    session.run(sys.executable, "-m", "uv", *arguments, external=True, silent=True)


def run_tests(session: nox.Session, component: str, *arguments: str) -> None:
    """Run a component's tests against what is installed."""
    name = component.removeprefix("governance-")
    session.run(
        "pytest",
        f"packages/{component}/tests",
        f"--cov=governance.{name}",
        WORKERS,
        *arguments,
    )


if __name__ == "__main__":
    nox.main()
