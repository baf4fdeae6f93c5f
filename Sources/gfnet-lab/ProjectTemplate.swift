import LuaHost
import Support

/// What `gfnet-lab init` puts into a folder.
enum ProjectTemplate {
  struct File {
    let path: String
    let text: String
    /// Whether a file that is there is replaced: one that belongs to the program, not to its user.
    var isRenewed = false
  }

  /// The script to begin with.
  static let script = "first.lua"

  /// Where the stubs are; the settings of editors point there.
  private static let library = ".gfnet-lab/library"

  /// - Parameter folder: the project's folder, whose plugins the stubs know.
  static func files(in folder: FilePath) throws -> [File] {
    let stubs = TypeStubs(definitions: try Help.definitionsWithPlugins(.standard(scriptFolder: folder)))
    return [
      File(path: script, text: firstScript),
      File(path: "plugins/README.md", text: plugins),
      File(path: ".luarc.json", text: languageServer),
      File(path: ".luacheckrc", text: luacheck),
      File(path: ".vscode/extensions.json", text: "{ \"recommendations\": [\"sumneko.lua\"] }\n"),
      File(path: ".gitignore", text: "/reports/\n"),
      File(path: "\(library)/gfnet.lua", text: stubs.text, isRenewed: true),
    ]
  }

  private static let firstScript = """
    -- %% [markdown]
    -- # A first look
    --
    -- How accurate is the model after each step, and what does an exit rule save?

    -- %% [parameters]
    local p = gfnet.params{
      model = { default = "clutter-fashion", help = "a name under models/ or a file" },
      limit = { default = 500, min = 10, help = "images of the test split" },
    }

    -- %% Every step of every image
    local model = gfnet.load(p.model)
    local data  = gfnet.dataset(model.dataset, { split = "test", limit = p.limit })
    local trace = model:trace(data)
    trace:accuracy()

    -- %% A rule of our own
    -- An image leaves once the best class leads the second by a margin that shrinks from step to step.
    local impatient = gfnet.exits.define{
      name = "impatient",
      summary = "leave on a margin that shrinks with every step",
      params = { margin = { default = 0.9, min = 0, max = 1 }, decay = { default = 0.8, min = 0, max = 1 } },
      decide = function(s, p) return s.margin >= p.margin * p.decay ^ (s.step - 1) end,
    };

    -- %% What it saves
    local rows = {}
    for _, margin in ipairs{ 0.5, 0.7, 0.9 } do
      local result = trace:evaluate(impatient{ margin = margin })
      rows[#rows + 1] = { margin, result.accuracy, result.madds / 1e6 }
    end
    gfnet.report.table{ name = "rule", columns = { "margin", "top-1 (%)", "mean Multiply-Adds (M)" }, rows = rows }

    """

  private static let plugins = """
    # Plugins

    Each folder here that holds a `plugin.lua` is a plugin, which every script of this project sees.

        gfnet-lab plugins new exit NAME     write one that works
        gfnet-lab plugins check             check all of them
        gfnet-lab help plugins              how they are written

    """

  /// A cell's last expression is its value, which plain Lua has no form for.
  private static let languageServer = """
    {
      "runtime.version": "Lua 5.4",
      "workspace.library": ["\(library)"],
      "workspace.checkThirdParty": false,
      "diagnostics.globals": ["gfnet"],
      "diagnostics.disable": ["exp-in-action", "redefined-local", "trailing-space"]
    }

    """

  private static var luacheck: String {
    """
    std = "lua54"
    max_line_length = 130
    unused_args = false
    exclude_files = { ".gfnet-lab" }
    read_globals = { gfnet = \(LuacheckNames().fields) }

    """
  }
}
