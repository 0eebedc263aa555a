"""``model_index.json`` of diffusers: components as ``[library, class]``, imported by name."""

from collections.abc import Iterator
from typing import Final

from seamark.core.findings import Finding
from seamark.scan.models.code.configs import custom_class
from seamark.scan.models.hub import rules
from seamark.scan.models.hub.nested import Config, text_of
from seamark.scan.models.scope import Scope

RULES = rules.RULES

_LIBRARIES: Final = frozenset(
    """diffusers transformers onnxruntime onnxruntime.training optimum.onnxruntime flax
    diffusers_modules optimum.intel.openvino stable_diffusion_safe""".split()
)
# Folders of diffusers.pipelines, versions 0.10 to 0.42: a library of that name is diffusers' own.
_PIPELINES: Final = frozenset(
    """ace_step allegro alt_diffusion amused animatediff anyflow audio_diffusion audioldm audioldm2
    aura_flow blip_diffusion bria bria_fibo bria_fibo2 chroma chronoedit cogvideo cogview3 cogview4
    consisid consistency_models controlnet controlnet_hunyuandit controlnet_sd3 controlnet_xs cosmos
    dance_diffusion ddim ddpm deepfloyd_if deprecated diffusion_gemma dit dreamlite easyanimate
    ernie_image flux flux2 glm_image helios hidream_image hunyuan_image hunyuan_video
    hunyuan_video1_5 hunyuandit i2vgen_xl ideogram4 joyimage kandinsky kandinsky2_2 kandinsky3
    kandinsky5 kandinsky6 kolors krea2 latent_consistency_models latent_diffusion
    latent_diffusion_uncond latte ledits_pp llada2 longcat_audio_dit longcat_image ltx ltx2 lucy
    lumina lumina2 marigold mochi motif_video musicldm nucleusmoe_image omnigen ovis_image pag
    paint_by_example pia pixart_alpha pndm prx qwenimage qwenimage21 repaint rfd4_proteina sana
    sana_video sana_wm score_sde_ve semantic_stable_diffusion shap_e skyreels_v2
    spectrogram_diffusion stable_audio stable_audio_3 stable_cascade stable_diffusion
    stable_diffusion_3 stable_diffusion_attend_and_excite stable_diffusion_diffedit
    stable_diffusion_gligen stable_diffusion_k_diffusion stable_diffusion_ldm3d
    stable_diffusion_panorama stable_diffusion_safe stable_diffusion_sag stable_diffusion_variants
    stable_diffusion_xl stable_video_diffusion stochastic_karras_ve t2i_adapter
    text_to_video_synthesis unclip unidiffuser versatile_diffusion visualcloze vq_diffusion wan
    wuerstchen z_image""".split()
)


def is_pipeline(config: Config) -> bool:
    """Whether this is the index of a pipeline, or the configuration of one of its components."""
    return "_diffusers_version" in config or isinstance(config.get("_class_name"), list)


def examine_pipeline(config: Config, scope: Scope) -> Iterator[Finding]:
    """Findings about the classes that a pipeline takes from its folder or from other libraries."""
    if scope.name.lower() in ("model_index.json", "modular_model_index.json"):
        cls = config.get("_class_name")
        scope.describe(
            folder="diffusers",
            framework="Diffusers",
            framework_version=text_of(config, "_diffusers_version"),
            architecture=str(cls[-1])
            if isinstance(cls, list) and cls
            else text_of(config, "_class_name"),
        )
    cls = config.get("_class_name")
    if isinstance(cls, list) and len(cls) == 2 and isinstance(cls[0], str):
        yield custom_class("The pipeline", f"{cls[0]}.{cls[1]}"[:300], scope)
    if "_diffusers_version" not in config or not _is_index(config, scope):
        return
    beside = {name.rpartition("/")[2] for name in scope.siblings()}
    for name, part in config.items():
        if not (isinstance(part, list) and 2 <= len(part) <= 3 and isinstance(part[0], str)):
            continue
        if name.startswith("_") or not isinstance(part[1], str):
            continue
        library = part[0]
        own = library in _LIBRARIES or library in _PIPELINES
        if not own and (f"{library}.py" in beside or _has_code(name, library, scope)):
            yield custom_class(f"Component {name[:80]}", f"{library}.{part[1]}"[:300], scope)
        elif not own:
            scope.describe(remote_code=[f"{library}.{part[1]}"])
            yield scope.finding(
                rules.FOREIGN_LIBRARY,
                f"Component {name[:80]} is the class {part[1][:100]} of {library[:200]}.",
                anchor=f"{name[:80]}:{library[:200]}",
            )


def _is_index(config: Config, scope: Scope) -> bool:
    """A component's configuration has pairs of texts as well (``down_block_types``)."""
    return "index" in scope.name.lower() or "_class_name" not in config


def _has_code(component: str, library: str, scope: Scope) -> bool:
    return scope.beside(f"{component}/{library}.py") is not None
