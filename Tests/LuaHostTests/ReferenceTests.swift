import LuaHost
import Support
import TestSupport
import Testing

/// One table, many readers: the reference and the stubs for editors say what the registration tables say.
@Suite struct ReferenceTests {
  private let words = TypeStubs()

  @Test func theReferenceIsWhatTheTablesSay() throws {
    let folder = SourceTree.root / "docs/api"
    let pages = ReferencePages().pages
    let old = pages.filter { page in
      let written = try? InputFile.bytes(of: folder / page.file, limit: 1 << 24)
      return written.map { String(decoding: $0, as: UTF8.self) } != page.text
    }
    let advice: Comment = "make api writes the pages of docs/api anew"
    #expect(old.map(\.file) == [], advice)
    let files = (try? FolderListing(folder).files.map(\.name.string)) ?? []
    #expect(files.sorted() == pages.map(\.file).sorted(), advice)
  }

  @Test func luacheckKnowsTheNamesOfTheTables() throws {
    let written = try InputFile.bytes(of: SourceTree.root / "tools/luacheck-std.lua", limit: 1 << 20)
    let isSame = String(decoding: written, as: UTF8.self) == LuacheckNames().standard
    #expect(isSame, "make api writes tools/luacheck-std.lua anew")
  }

  @Test func noTwoClassesHaveOneName() {
    let names = Catalog.standard.classes.map(\.name)
    #expect(Set(names).count == names.count, "\(names.sorted())")
  }

  @Test func everySymbolHasItsPlaceInTheReference() throws {
    let text = ReferencePages().pages.map(\.text).joined()
    for (name, symbol) in Catalog.standard.symbols {
      switch symbol {
      case .function(let entry):
        if name.hasPrefix("io.") { continue }
        #expect(text.contains("## \(entry.qualifiedName)\n"), "\(name)")
      case .property(let owner, let property):
        #expect(text.contains("| `\(owner.name).\(property.name)` |"), "\(name)")
      case .constant(let module, let constant):
        #expect(text.contains("| `\(module.name).\(constant.name)` |"), "\(name)")
      case .module, .classEntry: #expect(text.contains("# \(name)\n"), "\(name)")
      }
    }
  }

  @Test func everyTypeIsOneThatEditorsKnow() {
    #expect(words.unreadTypes == [], "say the type first: list of numbers, tensor or number, trace …")
  }

  @Test func theStubsAreLuaThatDeclaresEverySymbol() throws {
    let text = words.text
    let lua = try LuaState(context: HostContext())
    try lua.stack.load(text, name: "gfnet.lua")
    for (name, symbol) in Catalog.standard.symbols {
      switch symbol {
      case .function(let entry):
        #expect(text.contains("function \(entry.qualifiedName)("), "\(name)")
      case .property(_, let property): #expect(text.contains("---@field \(property.name) "), "\(name)")
      case .constant(_, let constant): #expect(text.contains("---@field \(constant.name) "), "\(name)")
      case .module(let module): #expect(text.contains("---@class \(module.name)\n"), "\(name)")
      case .classEntry: break
      }
    }
  }

  @Test func optionsAreClassesWithTheirFields() {
    let text = words.text
    #expect(text.contains("---@class gfnet.dataset.options\n"))
    #expect(text.contains("---@param options? gfnet.dataset.options"))
    #expect(text.contains("---@field limit? integer "))
    #expect(text.contains("---@class gfnet.exits.confidence.params\n"))
    #expect(text.contains("---@type fun(params?: gfnet.exits.confidence.params): gfnet.Configured"))
  }
}
