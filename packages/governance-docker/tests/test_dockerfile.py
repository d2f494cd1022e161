"""The Dockerfile that ZenML generates for the settings."""

import shlex
from itertools import chain

import pytest
import zenml
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion
from zenml.client import Client
from zenml.config import DockerSettings
from zenml.integrations.registry import integration_registry
from zenml.utils.pipeline_docker_image_builder import PipelineDockerImageBuilder

import governance.docker
from governance.docker import DockerConfigurationError, get_docker_settings

CONSTANTS = [name for name in governance.docker.__all__ if name.endswith("_SETTINGS")]
TEXT = st.text(st.characters(codec="utf-8"), max_size=40)
SPICE = st.text(st.sampled_from(" '\"\\$\n\r\t#=;&|`{}-:@/.+aA1é"), max_size=12)


def generated(settings: DockerSettings) -> tuple[str, dict[str, str]]:
    """Return the Dockerfile on the active stack, and the requirements files beside it."""
    stack = Client().active_stack
    files = PipelineDockerImageBuilder.gather_requirements_files(settings, stack, log=False)
    apt_packages = [
        *settings.apt_packages,
        *stack.apt_packages,
        *chain.from_iterable(
            integration_registry.integrations[name].APT_PACKAGES
            for name in settings.required_integrations
        ),
    ]
    assert settings.parent_image
    text = PipelineDockerImageBuilder._generate_zenml_pipeline_dockerfile(
        settings.parent_image, settings, files, apt_packages, entrypoint=None
    )
    return text, {name: content for name, content, _ in files}


@pytest.mark.skipif(
    not zenml.__version__.startswith("0.98."),
    reason="the text is that of ZenML 0.98, which the images have; the tests below hold for all",
)
@pytest.mark.parametrize("name", CONSTANTS)
def test_dockerfile_of_each_constant(name: str, snapshot: SnapshotAssertion) -> None:
    """ZenML generates exactly this for each constant."""
    dockerfile, requirements = generated(getattr(governance.docker, name))
    files = "\n".join(f"--- {file}\n{content}" for file, content in requirements.items())
    assert f"{dockerfile}\n{files}" == snapshot


@pytest.mark.parametrize("name", CONSTANTS)
def test_dockerfile_starts_at_the_image_and_ends_as_its_user(name: str) -> None:
    """With every ZenML, the steps run in the platform's image and not as root."""
    settings = getattr(governance.docker, name)
    lines = generated(settings)[0].splitlines()
    assert lines[0] == f"FROM {settings.parent_image}"
    assert [line for line in lines if line.startswith(("FROM", "USER"))][1:] == ["USER 1000"]
    assert "ENV PYTHONUNBUFFERED='1'" in lines
    assert not [line for line in lines if "apt-get" in line]
    after = lines[lines.index("USER 1000") :]
    assert not [line for line in after if line.startswith(("RUN", "COPY"))]


@given(value=TEXT | SPICE)
def test_variables_arrive_as_they_are_or_not_at_all(value: str) -> None:
    """No value of a variable can become anything but that value."""
    try:
        settings = get_docker_settings(parent_image="x", extra_environment={"V": value})
    except DockerConfigurationError:
        assert "'" in value or not value.isprintable()
        return
    lines = generated(settings)[0].split("\n")
    plain = generated(get_docker_settings(parent_image="x"))[0].split("\n")
    assert [shlex.split(line) for line in lines if line not in plain] == [["ENV", f"V={value}"]]


@given(name=TEXT | SPICE)
def test_packages_are_one_word_for_the_shell_or_refused(name: str) -> None:
    """No name of a package can become an option or another command."""
    try:
        settings = get_docker_settings(parent_image="x", extra_apt_packages=[name])
    except DockerConfigurationError:
        return
    (line,) = [line for line in generated(settings)[0].split("\n") if "apt-get" in line]
    assert shlex.split(line)[-2:] == ["--no-install-recommends", name]
    assert name[0].isalnum()


@given(text=TEXT | SPICE | SPICE.map(lambda end: f"polars{end}"))
def test_requirements_are_one_line_or_refused(text: str) -> None:
    """No requirement can become an option of the installer or a second line."""
    try:
        settings = get_docker_settings(parent_image="x", extra_requirements=["numpy", text])
    except DockerConfigurationError:
        return
    written = generated(settings)[1][".zenml_user_requirements"]
    assert written.split("\n") == list(dict.fromkeys(["numpy", text]))
    assert text.strip()[0].isalnum()


@given(image=TEXT | SPICE | SPICE.map(lambda end: f"ghcr.io/mine{end}"))
def test_images_are_one_word_or_refused(image: str) -> None:
    """No image can become another instruction or an option of FROM."""
    try:
        settings = get_docker_settings(parent_image=image)
    except DockerConfigurationError:
        return
    assert generated(settings)[0].split("\n")[0].split() == ["FROM", image]
    assert image[0].isalnum()


def test_every_integration_of_zenml_can_be_added() -> None:
    """Whatever ZenML integrates with, its requirements can be compared with the pins."""
    names = integration_registry.list_integration_names
    assert get_docker_settings(parent_image="x", extra_integrations=names).required_integrations
    with pytest.warns(governance.docker.DockerConfigurationWarning):
        get_docker_settings(extra_integrations=names)
