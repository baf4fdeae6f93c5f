import ArgumentParser
import Foundation
import Jupyter
import LuaHost
import Reports
import Support

/// `gfnet-lab jupyter …`: the kernel, and what tells Jupyter of it.
struct JupyterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jupyter",
    abstract: "Run Lua in Jupyter's notebooks.",
    discussion: """
      Examples:
        gfnet-lab jupyter install                  for all Jupyters of this user
        gfnet-lab jupyter install --sys-prefix     for that of the active Python environment
        gfnet-lab jupyter uninstall
        gfnet-lab convert sweep.lua sweep.ipynb    a script as a notebook
      """,
    subcommands: [JupyterInstall.self, JupyterUninstall.self, JupyterKernel.self])
}

/// Whose Jupyter a kernel is installed for.
struct KernelPlace: ParsableArguments {
  @Flag(help: "For this user, whatever Python Jupyter is in (the default).")
  var user = false

  @Flag(name: .customLong("sys-prefix"), help: "For the active virtual or Conda environment.")
  var environment = false

  @Option(help: ArgumentHelp("For the installation at this prefix, such as /usr/local.", valueName: "dir"))
  var prefix: FilePath?

  @Option(help: ArgumentHelp("The kernel's name.", valueName: "name"))
  var name = JupyterLanguage.kernelName

  func validate() throws {
    if [user, environment, prefix != nil].count(where: { $0 }) > 1 {
      throw ValidationError("--user, --sys-prefix and --prefix exclude each other")
    }
  }

  func specification() throws -> KernelSpec {
    let place: KernelSpec.Place = prefix.map { .prefix($0) } ?? (environment ? .environment : .user)
    return try KernelSpec(name: name, place: place)
  }
}

/// `gfnet-lab jupyter install`.
struct JupyterInstall: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "install",
    abstract: "Tell Jupyter of this program's kernel.",
    discussion: """
      Installs libzmq where it is missing and apt-get may, and teaches the Papermill on the PATH to write parameters in \
      Lua. Run it again after installing Papermill.
      """)

  @OptionGroup var place: KernelPlace

  func run() throws {
    let specification = try place.specification()
    try Messaging.ensureLibrary { Terminal.note("gfnet-lab: \($0)") }
    guard let program = ProgramFolders.executable else {
      throw UsageError("cannot find the running program below /proc/self")
    }
    try specification.install(program: program)
    Terminal.write("kernel '\(specification.name)': \(specification.folder)\n")
    guard let papermill = PapermillPlugin() else {
      Terminal.write("papermill: not found on the PATH; run this again once it is installed\n")
      return
    }
    try papermill.install(kernels: Set([JupyterLanguage.kernelName, specification.name]).sorted())
    Terminal.write("papermill: sets parameters in Lua (\(papermill.folder))\n")
  }
}

/// `gfnet-lab jupyter uninstall`.
struct JupyterUninstall: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "uninstall", abstract: "Remove what install wrote.")

  @OptionGroup var place: KernelPlace

  func run() throws {
    let specification = try place.specification()
    guard try specification.uninstall() else {
      throw UsageError("there is no kernel at \(specification.folder)")
    }
    Terminal.write("removed \(specification.folder)\n")
    if let papermill = PapermillPlugin(), papermill.uninstall() {
      Terminal.write("removed what Papermill had (\(papermill.folder))\n")
    }
  }
}

/// `gfnet-lab jupyter kernel CONNECTION_FILE`: what Jupyter starts.
struct JupyterKernel: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernel", abstract: "Serve a notebook; Jupyter starts this.")

  @Argument(help: "The connection file that Jupyter wrote.")
  var connection: FilePath

  @OptionGroup var limits: LimitOptions

  @Option(
    help: ArgumentHelp(
      "Most memory to hold, such as 8G or 512M (default: what the machine has left, less a reserve).",
      valueName: "size"))
  var memory: MemorySize?

  func run() throws {
    try MemorySize.apply(memory)
    let host = HostContext()
    limits.apply(to: &host.options)
    let kernel = try Kernel(
      connectionFile: connection, host: host, plugins: .standard(scriptFolder: .currentFolder))
    let stop = kernel.stop
    // Ctrl-C stops the cell, not the kernel; what ends programs ends it.
    Signals.answer { number in
      switch number {
      case SIGINT: stop.interrupt()
      case SIGTERM, SIGHUP: stop.end()
      default: break
      }
      return true
    }
    stop.endWithParent()
    kernel.run()
  }
}
