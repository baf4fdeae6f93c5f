/// What one image went through: the places that were looked at, and the prediction after each.
public struct Glimpse: Sendable, Hashable {
  /// One step. The first is the glance, which sees the whole image.
  public struct Step: Sendable, Hashable {
    /// Top-left corner and side of the patch in the image's pixels; nil for the glance.
    public var patch: Patch?
    /// Probability of the prediction after this step, 0…1.
    public var confidence: Double
    /// Whether that prediction is right; nil when nobody knows.
    public var isCorrect: Bool?
    /// The name of that prediction, for captions and the CSV file.
    public var prediction: String

    public init(patch: Patch? = nil, confidence: Double, isCorrect: Bool?, prediction: String = "") {
      self.patch = patch
      self.confidence = confidence
      self.isCorrect = isCorrect
      self.prediction = prediction
    }
  }

  /// A square part of the image, in the image's pixels.
  public struct Patch: Sendable, Hashable {
    /// The top row, from 0.
    public var row: Double
    /// The left column, from 0.
    public var column: Double
    /// The side.
    public var size: Double

    public init(row: Double, column: Double, size: Double) {
      self.row = row
      self.column = column
      self.size = size
    }
  }

  /// The image.
  public var pixels: Pixels
  /// The text above the image, such as "698 – palace".
  public var title: String
  /// What was looked at, step by step.
  public var steps: [Step]
  /// The number of the first of these steps, where a picture shows a later one alone.
  public var firstStep: Int

  public init(pixels: Pixels, title: String, steps: [Step], firstStep: Int = 1) {
    self.pixels = pixels
    self.title = title
    self.steps = steps
    self.firstStep = firstStep
  }
}

/// How overlays look.
public struct GlimpseOptions: Sendable, Hashable {
  /// The colours of right and wrong steps, and of steps of which neither is known.
  public enum Colors: String, NamedOption {
    case greenRed = "green-red"
    /// Blue and orange, which the colour blind can tell apart.
    case blueOrange = "blue-orange"

    public static let optionName = "glimpse colours"

    /// The colour of steps whose prediction is right.
    public var right: Color { self == .greenRed ? Color(0x16A34A) : Color(0x0072B2) }
    /// The colour of steps whose prediction is wrong.
    public var wrong: Color { self == .greenRed ? Color(0xDC2626) : Color(0xD55E00) }
    /// The colour of steps of which neither is known.
    public var unknown: Color { self == .greenRed ? Color(0x2563EB) : Color(0x6B4C9A) }

    func color(_ isCorrect: Bool?) -> Color { isCorrect.map { $0 ? right : wrong } ?? unknown }
  }

  /// The colours of the steps.
  public var colors: Colors = .greenRed
  /// How the images are enlarged.
  public var interpolation: ImageScaling = .mitchell
  /// The number of images side by side; nil is chosen from the width and how many there are.
  public var columns: Int?
  /// Darkens what no patch shows: 0 not at all … 1 black.
  public var dim = 0.0
  /// Lists each step's prediction and its confidence below the image.
  public var hasCaptions = false
  /// Width of the whole picture in points.
  public var width = FigureSize.twoColumns.size.width

  public init() {}
}

/// Images with their glimpses drawn over them, in rows under group headings such as "exit at step 2".
public struct GlimpseGrid: Drawing {
  /// Images under one heading.
  public typealias Group = PictureGroup<Glimpse>

  /// The groups, from the top.
  public var groups: [Group]
  /// How overlays look.
  public var options: GlimpseOptions
  /// Fonts, weights and colours.
  public var style: FigureStyle

  public init(groups: [Group], options: GlimpseOptions = GlimpseOptions(), style: FigureStyle = .paper) {
    self.groups = groups
    self.options = options
    self.style = style
  }

  /// How many images fit side by side into a picture of `width` points.
  ///
  /// Cells of about 1.2 inches keep the tags of three or four steps apart.
  public static func columns(width: Double) -> Int { min(max(Int(width / (88 + gap)), 1), 20) }

  static let gap = 6.0

  /// The numbers behind the picture, one row per step: group, image, step, row, column, size, prediction,
  /// confidence, correct (0 or 1); steps and the top-left pixel count from 1. "correct" is empty where it is
  /// not known.
  public func csv() throws -> String {
    var rows: [[String]] = []
    for group in groups {
      for image in group.items {
        for (i, step) in image.steps.enumerated() {
          let patch =
            step.patch.map { [$0.row + 1, $0.column + 1, $0.size].map(CSV.number) } ?? ["", "", ""]
          rows.append(
            [group.heading, image.title, "\(image.firstStep + i)"] + patch
              + [step.prediction, CSV.number(step.confidence), step.isCorrect.map { $0 ? "1" : "0" } ?? ""])
        }
      }
    }
    return CSV.text(
      header: ["group", "image", "step", "row", "column", "size", "prediction", "confidence", "correct"],
      rows: rows)
  }
}
