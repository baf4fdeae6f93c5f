import Support

/// The pages of the manual, which `gfnet-lab help` shows by what people call their subjects.
///
/// A page is a file under `docs/`, so that it is written once for readers of the repository and for the terminal.
enum HelpTopics {
  struct Topic: Sendable {
    /// Its names, that in the listing first.
    let names: [String]
    /// The file under `docs/`.
    let page: String
    let summary: String
  }

  static let all: [Topic] = [
    Topic(
      names: [
        "scripts", "script", "cells", "cell", "notebook", "notebooks", "markers", "percent", "jupytext",
        "lua",
        "strict", "globals", "language",
      ],
      page: "scripts.md", summary: "cells, parameters, what is shown, what of Lua there is"),
    Topic(
      names: ["jupyter", "jupyterlab", "ipynb", "papermill", "kernel"], page: "jupyter.md",
      summary: "notebooks in Jupyter: the kernel, conversion, parameters by Papermill"),
    Topic(
      names: ["prompt", "repl", "session", "commands", "magics", "history", "completion"],
      page: "prompt.md", summary: "typing Lua: keys, commands such as %time, what is kept"),
    Topic(
      names: ["plugins", "plugin", "manifest", "capabilities", "sandbox"], page: "plugins.md",
      summary: "writing a plugin: manifest, folders, what it may do"),
    Topic(
      names: ["rules", "live", "units", "streams", "deadlines"], page: "scripting-models.md",
      summary: "models, traces, exit rules and samplers: what is decided and why"),
    Topic(
      names: ["figures", "plots", "legends", "fonts"], page: "figures.md",
      summary: "what can be drawn, and how it is laid out"),
    Topic(
      names: ["reports", "report", "run-directory", "outputs"], page: "reports.md",
      summary: "what a run leaves behind"),
    Topic(
      names: ["runs", "tags", "compare"], page: "runs.md",
      summary: "finding runs again, comparing, tagging and removing them"),
    Topic(
      names: ["sweeps", "slurm", "seeds", "grid"], page: "sweeps.md",
      summary: "a script with many combinations of parameters, here or on a cluster"),
    Topic(
      names: ["files", "paths"], page: "files.md",
      summary: "names of files, what is read and written, and where it is looked for"),
    Topic(
      names: ["pictures", "images", "folders", "datasets", "labels"], page: "images.md",
      summary: "picture formats, folders of classes, files of labels"),
    Topic(
      names: ["clips", "videos", "frames"], page: "clips.md",
      summary: "data sets of clips: clutter-motion, videos as folders of frames, which frames and crops"),
    Topic(
      names: ["checkpoints", "pytorch", "timm", "safetensors", "import"], page: "checkpoints.md",
      summary: "what is read of PyTorch's files, and what becomes of it"),
    Topic(
      names: ["encoders", "architectures"], page: "backbones.md", summary: "the encoders that are built in"),
    Topic(names: ["performance", "speed"], page: "performance.md", summary: "times against other libraries"),
    Topic(
      names: ["results"], page: "results.md", summary: "how the model that comes with the project was trained"
    ),
  ]

  static func find(_ name: String) -> Topic? {
    let wanted = name.lowercased()
    return all.first { $0.names.contains(wanted) }
  }

  /// The page as it is written; nil where the program was copied without its manual.
  static func text(of topic: Topic) -> String? {
    ProgramFolders.manual.flatMap { try? TextFile.read($0 / topic.page, as: "page") }
  }
}
