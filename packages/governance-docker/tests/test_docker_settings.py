"""The constants and get_docker_settings, as pipelines use them."""

import copy
import json
import pickle
import warnings
from pathlib import Path
from typing import Any

import pytest
import yaml
from zenml import pipeline, step
from zenml.client import Client
from zenml.config import DockerSettings
from zenml.models import PipelineRunResponse

import governance.docker
from governance.docker import (
    GPU_DOCKER_SETTINGS,
    STANDARD_DOCKER_SETTINGS,
    DockerConfigurationError,
    DockerConfigurationWarning,
    docker_settings,
    get_docker_settings,
)

CONSTANTS = {
    "base": "BASE_DOCKER_SETTINGS",
    "standard": "STANDARD_DOCKER_SETTINGS",
    "gpu": "GPU_DOCKER_SETTINGS",
    "lightweight": "LIGHTWEIGHT_DOCKER_SETTINGS",
}
MODULES = [governance.docker, docker_settings]


def problems_of(**options: Any) -> dict[str, str]:
    """Return what is found wrong, by option."""
    with pytest.raises(DockerConfigurationError) as caught:
        get_docker_settings(**options)
    return {problem.option: problem.found for problem in caught.value.problems}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
@pytest.mark.parametrize("name", CONSTANTS.values())
def test_constants_cannot_be_spoiled(module: Any, name: str) -> None:
    """Whatever a team does to its constant, the next import gets the platform's."""
    before = getattr(module, name).model_dump()
    mine = getattr(module, name)
    for field, value in mine:
        if isinstance(value, list):
            value.append("spoiled")
        elif isinstance(value, dict):
            value["SPOILED"] = "1"
        with pytest.raises(ValueError, match="frozen"):
            setattr(mine, field, None)
    assert mine.model_dump() != before
    assert getattr(module, name).model_dump() == before
    assert all(getattr(other, name).model_dump() == before for other in MODULES)


def test_a_spoiled_result_spoils_nothing() -> None:
    """The lists and dicts a team passes in and gets back are nobody else's."""
    packages, environment = ["git"], {"MODE": "test"}
    settings = get_docker_settings(extra_apt_packages=packages, extra_environment=environment)
    settings.apt_packages.append("curl")
    settings.environment["MODE"] = "spoiled"
    settings.required_integrations.clear()
    assert (packages, environment) == (["git"], {"MODE": "test"})
    assert get_docker_settings() == STANDARD_DOCKER_SETTINGS


@pytest.mark.parametrize("name", CONSTANTS.values())
def test_constants_survive_being_copied_and_stored(name: str) -> None:
    """A constant is equal to itself after copy, pickle, JSON and YAML."""
    settings = getattr(governance.docker, name)
    assert settings == getattr(governance.docker, name)
    assert copy.deepcopy(settings) == settings
    assert pickle.loads(pickle.dumps(settings)) == settings  # noqa: S301 # written just here
    stored = settings.model_dump(mode="json", exclude_unset=True)
    assert DockerSettings(**json.loads(json.dumps(stored))) == settings
    assert DockerSettings(**yaml.safe_load(yaml.safe_dump(stored))) == settings


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_constants_are_listed_and_typos_are_not_taken_for_one(module: Any) -> None:
    """Completion knows the constants; a name that is none is an AttributeError."""
    assert set(CONSTANTS.values()) < set(dir(module))
    with pytest.raises(AttributeError, match=rf"'{module.__name__}' .* 'STANDART_DOCKER_SETTINGS'"):
        _ = module.STANDART_DOCKER_SETTINGS


def test_constants_can_all_be_imported_by_a_star() -> None:
    """`from governance.docker import *` brings every public name."""
    names: dict[str, Any] = {}
    exec("from governance.docker import *", names)  # noqa: S102 # a star is for modules only
    assert set(governance.docker.__all__) <= set(names)


@pytest.mark.parametrize(("base", "name"), CONSTANTS.items())
def test_a_constant_is_its_base_without_additions(base: str, name: str) -> None:
    """get_docker_settings(base) is the constant, and asks for nothing to be replaced."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert get_docker_settings(base) == getattr(governance.docker, name)


def test_additions_come_after_the_base_and_once() -> None:
    """Extras are added to what the base has; what is there twice is asked for once."""
    settings = get_docker_settings(
        base="standard",
        extra_apt_packages=["git", "libgomp1", "git"],
        extra_integrations=("sklearn", "s3"),
        extra_requirements=["polars>=1.0", "zenml[server]", "polars>=1.0"],
        extra_environment={"OMP_NUM_THREADS": "4", "EMPTY": ""},
    )
    changed = {
        name: value for name, value in settings if value != getattr(STANDARD_DOCKER_SETTINGS, name)
    }
    assert changed == {
        "apt_packages": ["git", "libgomp1"],
        "required_integrations": ["mlflow", "sklearn", "s3"],
        "requirements": ["polars>=1.0", "zenml[server]"],
        "environment": {"PYTHONUNBUFFERED": "1", "OMP_NUM_THREADS": "4", "EMPTY": ""},
    }


def test_gpu_settings_leave_every_gpu_visible() -> None:
    """Which GPUs a step sees is for the scheduler to say, not for the settings."""
    assert not {name for name in GPU_DOCKER_SETTINGS.environment if "VISIBLE" in name}


@pytest.mark.parametrize(
    "image",
    [
        "zenmldocker/zenml:0.98.0-py3.11",
        "python",
        "localhost/mine",
        "localhost:5000/mine/image",
        "registry.example.com:5000/team/a__b.c-d:Tag_1",
        f"ghcr.io/acme/image:1@sha256:{'0a' * 32}",
    ],
)
def test_another_parent_image(image: str) -> None:
    """A team's image takes the platform's place, and everything else stays."""
    settings = get_docker_settings("gpu", parent_image=image)
    assert settings == GPU_DOCKER_SETTINGS.model_copy(update={"parent_image": image})


@pytest.mark.parametrize("registry", ["ghcr.io/acme", "ghcr.io/acme/", "localhost:5000", "r.io"])
def test_registry_from_the_environment(monkeypatch: pytest.MonkeyPatch, registry: str) -> None:
    """GOVERNANCE_DOCKER_REGISTRY points constants and function at a company's registry."""
    monkeypatch.setenv("GOVERNANCE_DOCKER_REGISTRY", registry)
    image = f"{registry.rstrip('/')}/zenml-standard:1.0.0-py3.11"
    assert governance.docker.STANDARD_DOCKER_SETTINGS.parent_image == image
    assert get_docker_settings().parent_image == image
    assert get_docker_settings(parent_image="mine:1").parent_image == "mine:1"


def test_an_empty_registry_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that is set to nothing means the same as one that is not set."""
    monkeypatch.setenv("GOVERNANCE_DOCKER_REGISTRY", "")
    assert get_docker_settings() == STANDARD_DOCKER_SETTINGS


@pytest.mark.parametrize(
    "registry",
    ["acme", "https://ghcr.io/acme", "ghcr.io/Acme", "ghcr.io/acme images", "ghcr.io//a", "g.io\n"],
)
def test_a_wrong_registry_is_refused(monkeypatch: pytest.MonkeyPatch, registry: str) -> None:
    """A registry without a host would be Docker Hub's, so it is an error like a malformed one."""
    monkeypatch.setenv("GOVERNANCE_DOCKER_REGISTRY", registry)
    assert problems_of() == {"GOVERNANCE_DOCKER_REGISTRY": repr(registry)}
    with pytest.raises(DockerConfigurationError, match="GOVERNANCE_DOCKER_REGISTRY"):
        _ = governance.docker.STANDARD_DOCKER_SETTINGS


@pytest.mark.parametrize(
    ("base", "found"),
    [
        ("gpuu", "'gpuu'"),
        ("", "''"),
        (None, "None"),
        (["gpu"], "a value of type list"),
        (3, "a value of type int"),
    ],
)
def test_unknown_base(base: Any, found: str) -> None:
    """A base that does not exist is an error, of whatever type it is."""
    assert problems_of(base=base) == {"base": found}


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        ({"base": "GPU"}, "did you mean 'gpu'?"),
        ({"extra_integrations": ["scikit-learn"]}, "did you mean 'sklearn'?"),
        ({"extra_integrations": ["torch"]}, "did you mean 'pytorch'?"),
    ],
)
def test_near_misses_get_a_hint(options: dict[str, Any], hint: str) -> None:
    """A misspelt base or integration is told what it may have meant."""
    with pytest.raises(DockerConfigurationError) as caught:
        get_docker_settings(**options)
    assert hint in str(caught.value)


@pytest.mark.parametrize("value", ["git", {"git"}, {"git": "1"}, 5, b"git"])
@pytest.mark.parametrize(
    "option", ["extra_apt_packages", "extra_integrations", "extra_requirements"]
)
def test_lists_have_to_be_lists(option: str, value: Any) -> None:
    """A text where a list belongs is not taken for a list of its letters."""
    found = "'git'" if isinstance(value, str) else f"a value of type {type(value).__name__}"
    assert problems_of(**{option: value}) == {option: found}


@pytest.mark.parametrize(
    ("option", "item"),
    [
        ("extra_apt_packages", "Git"),
        ("extra_apt_packages", "g"),
        ("extra_apt_packages", ""),
        ("extra_apt_packages", "curl-"),
        ("extra_apt_packages", "-y"),
        ("extra_apt_packages", "git curl"),
        ("extra_apt_packages", "git'; rm -rf '/"),
        ("extra_apt_packages", "git\n"),
        ("extra_apt_packages", "git=1 2"),
        ("extra_integrations", "mlfow"),
        ("extra_integrations", "MLFLOW"),
        ("extra_integrations", ""),
        ("extra_requirements", "polars>>1"),
        ("extra_requirements", "polars 1.0"),
        ("extra_requirements", "-r other.txt"),
        ("extra_requirements", "--index-url=x"),
        ("extra_requirements", "./wheel.whl"),
        ("extra_requirements", "polars\n--no-deps"),
        ("extra_requirements", "polars\n"),
        ("extra_requirements", "polars\t>=1"),
        ("extra_requirements", ""),
    ],
)
def test_malformed_items(option: str, item: str) -> None:
    """An item that apt, ZenML or pip would not take is named with its place."""
    good = {"extra_apt_packages": "g++", "extra_integrations": "s3"}.get(option, "polars")
    assert problems_of(**{option: [good, item]}) == {f"{option}[1]": repr(item)}


@pytest.mark.parametrize(
    "option", ["extra_apt_packages", "extra_integrations", "extra_requirements"]
)
@pytest.mark.parametrize(("item", "found"), [(None, "None"), (1, "a value of type int")])
def test_items_have_to_be_text(option: str, item: Any, found: str) -> None:
    """An item that is no text is named with its place."""
    assert problems_of(**{option: [item]}) == {f"{option}[0]": found}


def test_apt_packages_of_every_spelling() -> None:
    """Names with +, an architecture or a version are packages like others."""
    packages = ["g++", "libstdc++6", "python3.11-dev", "libc6:arm64", "git=1:2.39.5-0+deb12u2"]
    assert get_docker_settings(extra_apt_packages=packages).apt_packages == packages


@pytest.mark.parametrize("name", ["a", "http_proxy", "A-B", "A B", "1A", "", "A=B", "A\nRUN x", 7])
def test_malformed_variable_names(name: Any) -> None:
    """A name that would not arrive in the image as it is, is an error."""
    found = "a value of type int" if name == 7 else repr(name)
    assert problems_of(extra_environment={name: "1"}) == {"extra_environment": f"the name {found}"}


@pytest.mark.parametrize("name", ["PATH", "PYTHONHOME", "VIRTUAL_ENV", "ZENML_CONFIG_PATH"])
def test_variables_that_make_the_image_work_are_fixed(name: str) -> None:
    """A variable that would break the image, or be overwritten, is an error."""
    assert problems_of(extra_environment={name: "/x"}) == {
        "extra_environment": f"the name {name!r}"
    }


@pytest.mark.parametrize("value", ["it's", "a\nRUN x", "a\r", "\0", "\x1b[0m", "\ud800"])
def test_values_that_would_break_out_are_refused_unseen(value: str) -> None:
    """A value that ends its quotes or its line is an error, which does not show it."""
    found = "a value with a single quote, a line break or another control character"
    assert problems_of(extra_environment={"TOKEN": value}) == {"extra_environment['TOKEN']": found}


@pytest.mark.parametrize("value", [1, True, None, b"x", ["x"]])
def test_values_have_to_be_text(value: Any) -> None:
    """A number is not guessed to be its text: True would become 'True'."""
    assert problems_of(extra_environment={"A": value}) == {
        "extra_environment['A']": f"a value of type {type(value).__name__}"
    }


def test_the_environment_has_to_be_a_dict() -> None:
    """A list of assignments is not an environment."""
    assert problems_of(extra_environment=["A=1"]) == {"extra_environment": "a value of type list"}


@pytest.mark.parametrize(
    "image",
    [
        "",
        "Mine",
        "mine:tag:tag",
        "mine image",
        "mine\nRUN x",
        "mine:1\n",
        "https://ghcr.io/mine",
        "ghcr.io/",
        "mine@sha256:abc",
        "Acme/mine",
        5,
    ],
)
def test_malformed_parent_image(image: Any) -> None:
    """An image that Docker could not name is an error now, not when it is built."""
    found = "a value of type int" if image == 5 else repr(image)
    assert problems_of(parent_image=image) == {"parent_image": found}


def test_everything_wrong_is_told_at_once() -> None:
    """One error has every problem, each with what was found and what is required."""
    with pytest.raises(DockerConfigurationError) as caught:
        get_docker_settings(
            "gpuu",
            extra_apt_packages="git",
            extra_integrations=["mlfow"],
            extra_requirements=["a b"],
            extra_environment={"path": "/x", "N": 1},  # type: ignore[dict-item]
            parent_image="A",
        )
    assert len(caught.value.problems) == 7
    assert str(caught.value).splitlines() == [
        "Docker settings: 7 problems.",
        *(f"  {p.option}: found {p.found}; required: {p.required}." for p in caught.value.problems),
    ]
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 # written just here
    assert (type(again), str(again)) == (DockerConfigurationError, str(caught.value))
    assert again.problems == caught.value.problems


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ({"extra_requirements": ["x==1 --index-url https://me:hunter2@host/simple"]}, "host"),
        ({"extra_requirements": ["https://host/x.whl?token=hunter2"]}, "host"),
        ({"parent_image": "https://me:hunter2@host/mine"}, "host/mine"),
        ({"extra_environment": {"TOKEN": "hunter2'"}}, "TOKEN"),
        ({"extra_environment": {"TOKEN": {"hunter2": "hunter2"}}}, "TOKEN"),
        ({"extra_apt_packages": [["hunter2"]]}, "list"),
    ],
)
def test_errors_do_not_repeat_secrets(options: dict[str, Any], kept: str) -> None:
    """Credentials in URLs and values of variables do not reach the message."""
    with pytest.raises(DockerConfigurationError) as caught:
        get_docker_settings(**options)
    assert "hunter2" not in str(caught.value)
    assert kept in str(caught.value)


def test_long_values_are_cut() -> None:
    """A file pasted where a name belongs does not fill the screen."""
    assert len(problems_of(parent_image="A" * 10_000)["parent_image"]) < 100


@pytest.mark.parametrize(
    ("base", "requirement", "wanted", "pinned"),
    [
        ("standard", "zenml==0.90", "zenml==0.90", "zenml 0.98.0"),
        ("standard", "Scikit_Learn < 1.5", "scikit-learn<1.5", "scikit-learn 1.9.1"),
        ("gpu", "torch>=2.8", "torch>=2.8", "torch 2.7.1+cu118"),
        ("gpu", "torch==2.7.1+cu126", "torch==2.7.1+cu126", "torch 2.7.1+cu118"),
        ("base", "zenml @ https://me:hunter2@host/z.whl", "zenml from a URL", "zenml 0.98.0"),
        ("base", "zenml==1; python_version == '3.11'", "zenml==1", "zenml 0.98.0"),
    ],
)
def test_replacing_what_the_platform_pins_warns(
    base: str, requirement: str, wanted: str, pinned: str
) -> None:
    """A requirement that the image's version does not satisfy is told, with both."""
    with pytest.warns(DockerConfigurationWarning) as caught:
        settings = get_docker_settings(base, extra_requirements=[requirement])
    assert settings.requirements == [requirement]
    assert [Path(warning.filename).name for warning in caught] == [Path(__file__).name]
    message = str(caught[0].message)
    assert message.startswith(f"extra_requirements asks for {wanted}, but {settings.parent_image}")
    assert f"has {pinned}:" in message
    assert "hunter2" not in message


@pytest.mark.parametrize(
    ("base", "requirement"),
    [
        ("standard", "zenml"),
        ("standard", "zenml[server]>=0.95"),
        ("standard", "zenml==1; sys_platform == 'win32'"),
        ("standard", "zenml==1; python_version < '3.11'"),
        ("gpu", "torch==2.7.1"),
        ("base", "mlflow<2"),
    ],
)
def test_what_the_image_satisfies_does_not_warn(base: str, requirement: str) -> None:
    """What the image has, or promises nothing about, is no conflict."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        get_docker_settings(base, extra_requirements=[requirement])


def test_an_integration_that_replaces_a_pin_warns() -> None:
    """An integration of ZenML that needs another version is told like a requirement."""
    with pytest.warns(DockerConfigurationWarning, match="'deepchecks' asks for pandas<2.2.0"):
        get_docker_settings(extra_integrations=["deepchecks"])


def test_another_parent_image_has_no_pins() -> None:
    """What an image of one's own contains is not known, so nothing warns."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        get_docker_settings(parent_image="mine:1", extra_requirements=["zenml==0.90"])


def test_replacing_a_variable_of_the_platform_warns() -> None:
    """The team's value wins and the platform's is named; the same value is no news."""
    with pytest.warns(DockerConfigurationWarning, match="PYTHONUNBUFFERED, .* to '1'"):
        settings = get_docker_settings(extra_environment={"PYTHONUNBUFFERED": ""})
    assert settings.environment == {"PYTHONUNBUFFERED": ""}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        get_docker_settings(extra_environment={"PYTHONUNBUFFERED": "1"})


@step
def load_numbers() -> list[int]:
    return [1, 2, 3]


@step(settings={"docker": GPU_DOCKER_SETTINGS})
def train_with_gpu(numbers: list[int]) -> int:
    return sum(numbers)


@step(settings={"docker": governance.docker.LIGHTWEIGHT_DOCKER_SETTINGS})
def report(total: int) -> int:
    return total


def training() -> None:
    report(train_with_gpu(load_numbers()))


STANDARD: dict[str, Any] = {"docker": STANDARD_DOCKER_SETTINGS}
static_training = pipeline(settings=STANDARD, enable_cache=False, name="static")(training)
dynamic_training = pipeline(settings=STANDARD, enable_cache=False, name="dynamic", dynamic=True)(
    training
)


def last_run(of: Any) -> PipelineRunResponse:
    return Client().list_pipeline_runs(pipeline=of.name, sort_by="desc:created").items[0]


@pytest.mark.parametrize("of", [static_training, dynamic_training], ids=["static", "dynamic"])
def test_a_local_run_needs_no_docker(of: Any) -> None:
    """On the local orchestrator a pipeline with these settings runs as one without."""
    of()
    run = last_run(of)
    assert (run.status, run.build) == ("completed", None)
    assert run.steps["report"].output.load() == 6


def test_a_step_with_settings_inherits_none_of_the_pipelines() -> None:
    """A GPU step in a standard pipeline gets the GPU image with nothing of the standard one."""
    static_training()
    steps = last_run(static_training).steps
    assert steps["load_numbers"].config.docker_settings == STANDARD_DOCKER_SETTINGS
    assert steps["train_with_gpu"].config.docker_settings == GPU_DOCKER_SETTINGS
    lightweight = governance.docker.LIGHTWEIGHT_DOCKER_SETTINGS
    assert steps["report"].config.docker_settings == lightweight


def test_a_step_with_settings_keeps_out_the_pipelines_additions() -> None:
    """Packages that a team adds to its pipeline do not reach a step with its own settings."""
    adapted = get_docker_settings(
        extra_apt_packages=["git"], extra_requirements=["polars"], extra_integrations=["s3"]
    )
    with_additions = pipeline(
        settings={"docker": adapted}, enable_cache=False, name="with_additions"
    )(training)
    with_additions()
    steps = last_run(with_additions).steps
    assert steps["load_numbers"].config.docker_settings == adapted
    assert steps["train_with_gpu"].config.docker_settings == GPU_DOCKER_SETTINGS


def test_settings_from_a_yaml_file(tmp_path: Path) -> None:
    """A constant written into a pipeline's YAML configuration is what ZenML reads from it."""
    stored = GPU_DOCKER_SETTINGS.model_dump(mode="json", exclude_unset=True)
    file = tmp_path / "run.yaml"
    file.write_text(yaml.safe_dump({"settings": {"docker": stored}}))
    plain = pipeline(enable_cache=False, name="from_yaml")(training)
    plain.with_options(config_path=str(file))()
    assert last_run(plain).steps["load_numbers"].config.docker_settings == GPU_DOCKER_SETTINGS
