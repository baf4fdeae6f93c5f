import Support

/// How a list of videos is read and what its data set is called, whether videos are files or folders of frames.
public struct VideoSetOptions: Sendable {
  /// What the part is called; nil: by the sampling.
  public var split: String?
  /// What stands between the fields of a line of the list: one ASCII character.
  public var separator = " "
  /// Whether a line may have several labels, of which the first counts.
  public var hasManyLabels = false
  /// The label that the list gives the first class: 0 or 1.
  public var firstLabel = 0
  /// The names of the classes; nil for their numbers, from 1.
  public var classes: [ClassName]?
  /// A file with the names of the classes.
  public var classFile: FilePath?
  /// What encoders normalise the pixels with.
  public var normalization = Normalization.imageNet
  /// What happens at a clip that cannot be read.
  public var damage = FolderDataset.DamagePolicy.skip
  /// What the random choices follow from.
  public var seed: UInt64 = 0

  /// Lists as those of Kinetics; damaged clips are skipped.
  public init() {}

  /// The form of the list.
  ///
  /// - Throws: ``DatasetError/invalid(_:)`` for a separator that is none.
  package func format() throws -> VideoList.Format {
    guard let byte = separator.utf8.first, separator.utf8.count == 1,
      byte.isBlank || (UInt8(ascii: "!")...UInt8(ascii: "~")).contains(byte),
      !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    else {
      throw DatasetError.invalid(
        "the separator is '\(String(escaping: separator).prefix(40))', expected one character such as a space,"
          + " a comma or a semicolon")
    }
    var format = VideoList.Format()
    format.separator = byte
    format.hasManyLabels = hasManyLabels
    format.firstLabel = firstLabel
    return format
  }

  /// The names that are given for classes, by a list or a file; nil for none.
  ///
  /// - Parameter place: what messages begin with.
  /// - Throws: `FileError`; ``DatasetError``.
  package func givenClasses(_ place: FilePath) throws -> [ClassName]? {
    guard classes == nil || classFile == nil else {
      throw DatasetError.invalid("\(place): classes are given twice, by a list and by a file")
    }
    return try classes ?? classFile.map { try VideoClasses.names($0) }
  }

  /// The names of the classes of the videos of the list at `path`.
  ///
  /// - Throws: ``DatasetError/invalid(_:)`` that names the line of a label that has no name.
  package func classes(of videos: VideoList, _ path: FilePath) throws -> [ClassName] {
    let (label, line) = videos.largest
    guard let names = try givenClasses(path) else {
      return (1...label + 1).map { ClassName(String($0).utf8) }
    }
    guard !names.isEmpty else { throw DatasetError.invalid("\(path): the list of classes is empty") }
    guard label < names.count else {
      let source = classFile.map { "\($0) has" } ?? "there are"
      let hint =
        firstLabel == 0 && videos.beginsWithSecondClass ? "; where labels count from 1, first_label is 1" : ""
      throw DatasetError.invalid(
        "\(path), line \(line): the label is \(label + firstLabel), but \(source) \(names.count) classes, "
          + "\(firstLabel) to \(names.count - 1 + firstLabel)\(hint)")
    }
    return names
  }

  /// What a user should know of the labels of the list at `path`.
  package func remarks(on videos: VideoList, _ path: FilePath) -> [String] {
    var remarks: [String] = []
    if videos.withManyLabels > 0 {
      remarks.append(
        "\(videos.withManyLabels) of \(videos.count + videos.tooShort) videos of \(path) have several labels; the first counts"
      )
    }
    if firstLabel == 0, videos.beginsWithSecondClass {
      remarks.append("no video of \(path) has the label 0; where labels count from 1, first_label is 1")
    }
    return remarks
  }

  /// What the part is called where clips are chosen by `sampling`.
  package func split(_ sampling: FrameSampling) -> String {
    split ?? (sampling.isTraining ? "train" : sampling.method == .validation ? "validation" : "test")
  }
}
