import Foundation
import Reports
import Support

/// The folder of the site: all pages of the source tree, the files that they show, and reports to look at.
struct SiteFolder {
  /// The root of the source tree.
  let root: FilePath
  let output: FilePath

  func write() throws {
    let reports = try reportFolders()
    let site = Site(
      name: "gfnet-lab", sources: try pages(),
      entries: reports.map { .init(path: "\($0)/index.html", title: name(of: $0), group: "Reports") })
    let (files, linked) = site.render()
    for file in files {
      let path = output.pushing(FilePath(file.path))
      try AtomicFile.createFolder(path.folder)
      try AtomicFile.write(file.text, to: path)
    }
    for path in linked.sorted() { try copy(FilePath(path)) }
    for folder in reports { try copyTree(FilePath(folder)) }
    print("documentation: \(files.count) files, \(reports.count) reports: \(output / "index.html")")
  }

  // MARK: Pages

  private func pages() throws -> [Site.Source] {
    var pages = [
      try page("README.md", in: "Manual"), try page("CHANGELOG.md", in: "Project"),
      try page("CONTRIBUTING.md", in: "Project"),
    ]
    let internals: Set = ["architecture.md", "dependencies.md", "lua-host.md", "public-api.md"]
    // The tutorial comes first, as for a reader.
    let manual = try markdown(in: "docs").sorted { first, second in
      (first == "tutorial.md" ? 0 : 1, first) < (second == "tutorial.md" ? 0 : 1, second)
    }
    for file in manual {
      pages.append(try page("docs/" + file, in: internals.contains(file) ? "Project" : "Manual"))
    }
    for file in try markdown(in: "docs/api") { pages.append(try page("docs/api/" + file, in: "Reference")) }
    for plugin in try FolderListing(root / "plugins").folders {
      let path = "plugins/\(plugin.string)/README.md"
      if root.pushing(FilePath(path)).exists { pages.append(try page(path, in: "Plugins")) }
    }
    return pages
  }

  private func page(_ path: String, in group: String) throws -> Site.Source {
    let bytes = try InputFile.bytes(of: root.pushing(FilePath(path)), limit: 16 << 20)
    return Site.Source(path: path, markdown: String(decoding: bytes, as: UTF8.self), group: group)
  }

  private func markdown(in folder: String) throws -> [String] {
    try FolderListing(root.pushing(FilePath(folder))).files.map(\.name.string).filter { $0.hasSuffix(".md") }
  }

  // MARK: Reports and files

  /// The reports that come with the project, as paths from the root.
  private func reportFolders() throws -> [String] {
    guard (root / "reports/sample").exists else { return [] }
    return try FolderListing(root / "reports/sample").folders.map { "reports/sample/\($0.string)" }
      .filter { root.pushing(FilePath($0 + "/index.html")).exists }
  }

  private func name(of report: String) -> String {
    String(report.split(separator: "/").last ?? "").replacing("_", with: " ")
  }

  /// Copies a file that a page shows or links to. A link to a folder, or to nothing, is the page's business: documents
  /// are checked by `tools/check-docs`.
  private func copy(_ path: FilePath) throws {
    let source = root.pushing(path)
    guard FileStatus(source)?.kind == .regular else { return }
    let target = output.pushing(path)
    try AtomicFile.createFolder(target.folder)
    try AtomicFile.write(try InputFile.data(of: source, limit: 64 << 20), to: target)
  }

  private func copyTree(_ folder: FilePath) throws {
    let listing = try FolderListing(root.pushing(folder))
    for file in listing.files { try copy(folder / file.name) }
    for inner in listing.folders { try copyTree(folder / inner) }
  }
}
