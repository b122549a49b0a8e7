"""Build script of the virtual boards: what PlatformIO runs inside SCons for `pio run`.

Owns: compiler and linker flags, the size report, the targets `size` and `upload`. Leaves starting and stopping
boards to `runner.py`.

Settings in platformio.ini:
- `board_upload.maximum_size`, `board_upload.maximum_ram_size`: limits of the board a twin stands for; enforced
  by the linker.
- `board_build.cpu`, `board_build.float_flags`, `board_build.stack_size`: likewise, from that board.
- `custom_kws_toolchain`: folder of the arm-none-eabi-* programs (default: from PATH).
- `custom_kws_qemu`: the emulator (default: qemu-system-arm from PATH).
- `custom_kws_node`, `custom_kws_emulator`: what runs an emulated chip (default: node from PATH, and the program of the
  kws-gen that this folder belongs to).
- `custom_kws_microphone`: how a microphone is wired to an emulated chip (default: there is none).
- `custom_kws_state_dir`: where the state of the running board is kept (default: `.pio/virtual/<environment>`).
- `custom_kws_icount`: e.g. 6; counts instructions exactly (2^n ns of emulated time each); a board that waits still
  sleeps.
The environment variables KWS_TOOLCHAIN, KWS_QEMU, KWS_NODE, KWS_EMULATOR, KWS_STATE_DIR and KWS_ICOUNT go before the
settings; KWS_PROGRAM names a program that was built elsewhere, for the targets `nobuild` and `upload` together.
"""

import hashlib
import os
import subprocess

from SCons.Script import COMMAND_LINE_TARGETS, AlwaysBuild, Default, DefaultEnvironment

env = DefaultEnvironment()
board = env.BoardConfig()
platform_dir = env.PioPlatform().get_dir()
native = board.get("build.mcu") == "host"
# A chip that Node emulates; the others are machines of QEMU.
chip = board.get("build.mcu") == "rp2040"

# PlatformIO keeps SCons's record of what was built in the build cache, under paths relative to the project: what one
# project has built would count as up to date in every other that shares the cache. The record is the project's own.
env.SConsignFile(os.path.join("$BUILD_DIR", ".sconsign"))


def share_libraries():
    """Compiled libraries of one project serve every other: PlatformIO names their folders after absolute paths, and
    what is cached is known by the path it has in the project."""
    try:
        builder = env.GetLibBuilders.method.__globals__["LibBuilderBase"]
        named = builder.build_dir.fget
    except (AttributeError, KeyError):
        # Another version of PlatformIO: built all the same, with nothing from the cache.
        return
    project = os.path.realpath(env.subst("$PROJECT_DIR"))

    def build_dir(self):
        path = os.path.relpath(os.path.realpath(self.path), project)
        if path.startswith(os.pardir) or os.path.isabs(path):
            return named(self)
        return os.path.join("$BUILD_DIR", "own", path)

    builder.build_dir = property(build_dir)


share_libraries()


def setting(name, default=""):
    """Environment variable KWS_<NAME>, or the option custom_kws_<name>, or the default."""
    return os.environ.get("KWS_" + name.upper()) or env.GetProjectOption("custom_kws_" + name, default)


def tool(name):
    folder = setting("toolchain")
    path = os.path.join(folder, name) if folder else name
    return '"%s"' % path if " " in path else path


prefix = "" if native else "arm-none-eabi-"
env.Replace(
    AR=tool(prefix + ("ar" if native else "gcc-ar")),
    AS=tool(prefix + "gcc"),
    CC=tool(prefix + "gcc"),
    CXX=tool(prefix + "g++"),
    OBJCOPY=tool(prefix + "objcopy"),
    RANLIB=tool(prefix + ("ranlib" if native else "gcc-ranlib")),
    SIZETOOL=tool(prefix + "size"),
    ARFLAGS=["rc"],
    PROGSUFFIX="" if native else ".elf",
    SIZECHECKCMD="$SIZETOOL -A -d $SOURCES",
    SIZEPRINTCMD="$SIZETOOL -B -d $SOURCES",
    SIZEPROGREGEXP=r"^(?:\.text|\.rodata|\.init_array|\.ARM\.extab|\.ARM\.exidx|\.eh_frame|\.data)\s+(\d+).*",
    SIZEDATAREGEXP=r"^(?:\.data|\.bss)\s+(\d+).*",
)


def cache_of_compiler():
    """What another compiler made, or an older version of it, is not taken: SCons looks at its name alone."""
    cache = env.GetProjectConfig().get("platformio", "build_cache_dir")
    compiler = env.WhereIs(env.subst("$CXX").strip('"'))
    if not cache or not compiler:
        return
    compiler = os.path.realpath(compiler)
    state = os.stat(compiler)
    name = "%s\0%d\0%d" % (compiler, state.st_size, state.st_mtime_ns)
    env.CacheDir(os.path.join(cache, hashlib.sha256(name.encode()).hexdigest()[:12]))


cache_of_compiler()
env.Append(
    # As most real boards' cores; libraries whose inner loops count say -O2 themselves.
    CCFLAGS=["-O2" if native else "-Os", "-g", "-ffunction-sections", "-fdata-sections"],
    CFLAGS=["-std=gnu11"],
    CXXFLAGS=["-std=gnu++17", "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics"],
    LINKFLAGS=["-Wl,--gc-sections"],
    LIBS=["m"],
)
env.ProcessFlags(board.get("build.extra_flags", ""))

if not native:
    cpu = ["-mthumb", "-mcpu=" + board.get("build.cpu")] + board.get("build.float_flags", "").split()
    flash_size = min(int(board.get("upload.maximum_size")), int(board.get("build.code_size")))
    ram_size = min(int(board.get("upload.maximum_ram_size")), int(board.get("build.ram_size")))
    env.Append(
        ASFLAGS=cpu,
        CCFLAGS=cpu,
        CPPDEFINES=[] if chip else [("KWS_SHARED_MEMORY", board.get("build.shared_memory"))],
        CPPPATH=[os.path.join(platform_dir, "rp2040" if chip else "machine")],
        LINKFLAGS=cpu
        + [
            "--specs=nano.specs",
            "-nostartfiles",
            "-Wl,--defsym=__kws_flash_origin=%s" % board.get("build.code_origin"),
            "-Wl,--defsym=__kws_ram_origin=%s" % board.get("build.ram_origin"),
            "-Wl,--defsym=__kws_flash_size=%d" % flash_size,
            "-Wl,--defsym=__kws_ram_size=%d" % ram_size,
            "-Wl,--defsym=__kws_stack_size=%d" % int(board.get("build.stack_size")),
            "-Wl,--no-warn-rwx-segments",
        ],
    )
    env.Replace(LDSCRIPT_PATH=board.get("build.ldscript"))
    # What one folder has for both kinds of machines, and a folder for each.
    parts = {"startup": "+<syscalls.cpp>" if chip else None}
    if chip:
        parts["rp2040"] = None
    for part, sources in parts.items():
        env.BuildSources(os.path.join("$BUILD_DIR", part), os.path.join(platform_dir, part), sources)

program = os.path.join("$BUILD_DIR", "${PROGNAME}${PROGSUFFIX}")
if "nobuild" in COMMAND_LINE_TARGETS:
    program = os.environ.get("KWS_PROGRAM") or program
    AlwaysBuild(env.Alias("nobuild", program))
else:
    program = env.BuildProgram()
    if not native:
        env.Depends(program, os.path.join(platform_dir, "ldscripts", board.get("build.ldscript")))


def upload(target, source, env):
    """Starts the firmware as a running board, in place of the one that ran in the same state folder."""
    state = setting("state_dir") or os.path.join(env.subst("$PROJECT_WORKSPACE_DIR"), "virtual", env.subst("$PIOENV"))
    command = [
        env.subst("$PYTHONEXE"),
        os.path.join(platform_dir, "runner.py"),
        "start",
        "--state",
        os.path.abspath(state),
        "--board",
        env.subst("$BOARD"),
        "--program",
        source[0].get_abspath(),
    ]
    if chip:
        emulator = os.path.join(platform_dir, "..", "..", "dist", "chip", "board.js")
        command += ["--node", setting("node", "node"), "--emulator", setting("emulator", os.path.realpath(emulator))]
        if setting("microphone"):
            command += ["--microphone", setting("microphone")]
    elif not native:
        command += ["--machine", board.get("build.machine"), "--qemu", setting("qemu", "qemu-system-arm")]
        command += ["--memory-size", str(board.get("build.memory_size"))]
        if setting("icount"):
            command += ["--icount", str(setting("icount"))]
    return subprocess.call(command)


AlwaysBuild(env.Alias("size", program, env.VerboseAction("$SIZEPRINTCMD", "Calculating size $SOURCE")))
env.AddPlatformTarget("upload", program, [env.VerboseAction(upload, "Starting $SOURCE")], "Upload")
Default([program])
