import Reports
import Support

/// The options that say how the file of a figure is called, and what stands below the figure.
enum FigureNameOptions {
  /// The stem of the file; the run directory reduces it to harmless characters.
  static let name = ArgumentKey<String?>(
    .optional("name", .string, "file name under figures/, without ending; left out: from the titles")
  ) { call, name in
    try call.optionalString(name).map { ArtifactNames.stem($0, fallback: "figure") }
  }

  static let caption = ArgumentKey<String>("caption", default: "", "a sentence below it in the report")

  static let rows: [any ArgumentRow] = [name, caption]
}
