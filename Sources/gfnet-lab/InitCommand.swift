import ArgumentParser
import LuaHost
import Reports
import Support

/// `gfnet-lab init DIR`: a folder to start a project in.
struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Make a project folder: a script, a folder for plugins, settings for editors.",
    discussion: """
      Files that are there already stay as they are. The stubs of what scripts can
      call are written anew, so that init in an old folder brings them up to date.

      Examples:
        gfnet-lab init study          make the folder study
        gfnet-lab init .              add what is missing to this folder
        gfnet-lab run study/first.lua run its script
      """)

  @Argument(help: "The folder; it may exist.", completion: .directory)
  var folder: FilePath

  func run() throws {
    if let status = FileStatus(folder, followsLinks: true), status.kind != .folder {
      throw UsageError("\(folder) is not a folder")
    }
    try AtomicFile.createFolder(folder)
    for file in try ProjectTemplate.files(in: folder) {
      let path = folder.pushing(FilePath(file.path))
      if path.exists, !file.isRenewed {
        Terminal.write("kept     \(path)\n")
        continue
      }
      try AtomicFile.createFolder(path.folder)
      let existed = path.exists
      try AtomicFile.write(file.text, to: path)
      Terminal.write("\(existed ? "renewed " : "written ") \(path)\n")
    }
    let script = folder.pushing(FilePath(ProjectTemplate.script))
    Terminal.write("\nNext: gfnet-lab run \(RunFacts.shellQuoted("\(script)"))\n")
  }
}
