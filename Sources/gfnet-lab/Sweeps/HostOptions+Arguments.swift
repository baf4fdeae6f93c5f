import Support

extension HostOptions {
  /// The options as words for another `gfnet-lab run`, where they are not what that does by itself; paths are carried as
  /// ``Support/RawArgument`` does.
  var arguments: [String] {
    var words: [String] = []
    if seedText != "1" { words += ["--seed", seedText] }
    if let threadsText { words += ["--threads", threadsText] }
    if let shardsText { words += ["--shards", shardsText] }
    if precision != .float32 { words += ["--precision", precision.rawValue] }
    if let memory { words += ["--memory", "\(memory.bytes)"] }
    for (option, time) in [
      ("--time", limits.runTime), ("--cell-time", limits.cellTime), ("--plugin-time", limits.pluginTime),
    ] {
      if let time { words += [option, "\(NumberSpelling.plain(time.seconds))s"] }
    }
    for (option, memory) in [
      ("--cell-memory", limits.cellMemory), ("--plugin-memory", limits.pluginMemory),
    ] {
      if let memory { words += [option, "\(memory.bytes)"] }
    }
    for path in files.allowed { words += ["--allow", RawArgument.text(path.bytes)] }
    if let path = files.luaPath { words += ["--lua-path", RawArgument.text(path.bytes)] }
    if ignoresCache { words.append("--no-cache") }
    if allowsPlugins { words.append("--allow-plugins") }
    return words
  }
}
