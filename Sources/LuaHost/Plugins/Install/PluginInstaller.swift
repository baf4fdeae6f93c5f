import Foundation
import Support

/// Puts plugins where every script finds them, and takes them away.
///
/// A plugin is made complete beside its place and then takes it by one rename, so that a run sees the old plugin or the
/// new one, never a part.
public struct PluginInstaller {
  /// The folder that holds the user's plugins.
  public let folder: FilePath

  /// - Parameter folder: nil: the one of the user's that is searched.
  /// - Throws: `UsageError` where there is no such folder.
  public init(_ folder: FilePath? = nil, environment: [String: String] = ProcessInfo.processInfo.environment)
    throws
  {
    guard let folder = folder ?? PluginFolders.ofUser(environment) else {
      throw UsageError("there is no place for plugins: set $HOME or $XDG_DATA_HOME, or give --dir")
    }
    self.folder = folder
  }

  /// A plugin that lies ready to take its place.
  public final class Prepared {
    public let manifest: PluginManifest
    /// The manifest of what it replaces; nil where nothing is there.
    public let before: PluginManifest?
    let scratch: ScratchFolder
    /// Where it lies now.
    let staged: FilePath
    let place: FilePath
    let source: String

    init(
      _ manifest: PluginManifest, before: PluginManifest?, scratch: ScratchFolder, staged: FilePath,
      place: FilePath,
      source: String
    ) {
      self.manifest = manifest
      self.before = before
      self.scratch = scratch
      self.staged = staged
      self.place = place
      self.source = source
    }
  }

  /// Reads a folder or an archive, and has the plugin lie ready beside its place. Nothing of it runs but its manifest.
  ///
  /// - Throws: `FileError`, ``LuaError`` that says what is wrong with it; `Interrupted`.
  public func prepare(_ source: FilePath) throws -> Prepared {
    let package = try PluginPackage(source)
    try AtomicFile.createFolder(folder)
    let scratch = try ScratchFolder(in: folder, prefix: ".installing-")
    let staged = scratch.path / "new"
    try AtomicFile.createFolder(staged)
    try package.write(into: staged)
    let loader = PluginLoader(folders: [])
    // The name is the manifest's; archives wrap plugins in folders of all names.
    let manifest: PluginManifest
    do {
      manifest = try loader.manifest(of: .init(name: "new", folder: staged), anyName: true)
    } catch let error as LuaError {
      // Where it lies for now is nothing that anybody knows.
      let reason = error.message.replacing((staged / "plugin.lua").shown + ": ", with: "")
      throw FileError(action: "install", path: source, reason: "its plugin.lua is wrong: \(reason)")
    }
    guard (staged / "init.lua").exists else {
      throw FileError(
        action: "install", path: source, reason: "it has no init.lua, which defines what it provides")
    }
    let place = folder / manifest.name
    if FileStatus(place, followsLinks: false)?.kind == .link {
      throw FileError(
        action: "install", path: place,
        reason: "a link is there, as to a plugin that you work on; remove it first")
    }
    let before = try? loader.manifest(of: .init(name: manifest.name, folder: place))
    return Prepared(
      manifest, before: before, scratch: scratch, staged: staged, place: place,
      source: (source.resolved ?? source).shown)
  }

  /// Has a plugin take its place, and notes where it came from.
  ///
  /// - Parameter allows: whether it is allowed what it asks for.
  /// - Throws: `FileError`.
  public func install(_ prepared: Prepared, allows: Bool, _ policy: inout PluginPolicy) throws {
    let (place, manifest) = (prepared.place, prepared.manifest)
    try replace(place, by: prepared.staged, keeping: prepared.scratch.path / "old")
    let contents = try PluginContents(of: place)
    try policy.change { decisions in
      decisions.installed(manifest.name, place, version: manifest.version, source: prepared.source)
      if allows, !manifest.capabilities.isEmpty {
        decisions.allow(manifest.name, place, contents, manifest.capabilities)
      }
    }
    policy.marks?.clear(manifest.name, place)
  }

  /// Renames `staged` to `place`; what is there goes to `old`, and comes back where that fails.
  private func replace(_ place: FilePath, by staged: FilePath, keeping old: FilePath) throws {
    let hadOld = FileStatus(place, followsLinks: false) != nil
    if hadOld { try rename(place, to: old) }
    do {
      try rename(staged, to: place)
    } catch {
      if hadOld { try? rename(old, to: place) }
      throw error
    }
  }

  private func rename(_ path: FilePath, to other: FilePath) throws {
    let code = path.withPlatformString { from in other.withPlatformString { Glibc.rename(from, $0) } }
    guard code == 0 else { throw FileError(action: "replace", path: other, errno: errno) }
  }

  /// Why a plugin is not for the program to remove; nil where it is.
  public func obstacle(toRemove candidate: PluginFolders.Candidate, _ policy: PluginPolicy) -> String? {
    let disable = "gfnet-lab plugins disable \(candidate.name) leaves it out of runs"
    if policy.belongsToProgram(candidate.folder) { return "it comes with the program; \(disable)" }
    if policy.decisions.source(of: candidate.folder) != nil { return nil }
    if candidate.folder.removingLastComponent().resolved == folder.resolved { return nil }
    return "gfnet-lab did not install it; remove the folder \(candidate.folder) yourself, or \(disable)"
  }

  /// Removes a plugin with all its files, and forgets what was decided about it.
  public func remove(_ candidate: PluginFolders.Candidate, _ policy: inout PluginPolicy) throws {
    let path = candidate.folder
    try policy.change {
      $0.forget(path)
      $0.enable(candidate.name)
    }
    policy.marks?.clear(candidate.name, path)
    // A run that starts meanwhile sees the whole plugin or none.
    let scratch = try ScratchFolder(in: path.folder, prefix: ".removing-")
    try rename(path, to: scratch.path / "old")
    try FolderRemoval.remove(scratch.path)
  }
}
