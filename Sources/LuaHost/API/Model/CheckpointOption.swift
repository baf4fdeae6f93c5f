import GlanceFocus
import Support

/// Where a training keeps its state, as a script asks for it.
enum CheckpointOption {
  case file(FilePath)
  case off
  /// The place is left to the run.
  case standard

  static let key = ArgumentKey<CheckpointOption>(
    .optional(
      "checkpoint", .either([.string, .boolean]),
      "the file that keeps the state; false keeps none; default: checkpoints/MODEL-stageN.safetensors"
        + " in the run's folder, of a session in reports/session")
  ) { call, name in
    let given = try call.value(name)
    if given.asString != nil { return .file(try call.outputPath(name)) }
    guard let keeps = given.asBoolean else { return .standard }
    guard !keeps else { throw LuaError("gfnet.train: checkpoint must be a file or false") }
    return .off
  }

  /// The file for a stage of a model, whose folder is made where it may be; nil: none.
  func file(
    of model: ModelHandle, _ stage: TrainingOptions.Stage, _ context: HostContext
  ) throws -> FilePath? {
    switch self {
    case .off: return nil
    case .file(let path):
      // One folder for checkpoints is made, beside what is there. A slip is told before the first epoch, not
      // after it.
      if path.folder.folder.isFolder { try AtomicFile.createFolder(path.folder) }
      try AtomicFile.destination(of: path)
      return path
    case .standard:
      guard let folder = context.recorder?.path ?? context.sessionFolder else { return nil }
      let name = context.names.unique("\(model.name)-stage\(stage.rawValue)", among: .checkpoints)
      try AtomicFile.createFolder(folder / "checkpoints")
      return (folder / "checkpoints" / name).adding(".safetensors")
    }
  }
}
