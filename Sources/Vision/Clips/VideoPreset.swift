/// What lists and frames of a published data set look like.
public struct VideoPreset: Sendable {
  /// The name that it is asked for by.
  public let name: String
  /// What stands between the fields of a line.
  public let separator: String
  /// How frames are called.
  public let template: String
  /// The number of a video's first frame.
  public let first: Int
  /// False where labels say left and right, which mirrored clips would get wrong.
  public let flips: Bool
  /// What clips of short videos are made of.
  public let short: FrameSampling.Short
  /// Whether a line may have several labels.
  public let hasManyLabels: Bool

  private init(
    _ name: String, separator: String = " ", _ template: String, flips: Bool = true,
    short: FrameSampling.Short = .first, hasManyLabels: Bool = false
  ) {
    self.name = name
    self.separator = separator
    self.template = template
    first = 1
    self.flips = flips
    self.short = short
    self.hasManyLabels = hasManyLabels
  }

  /// All rows. Those of the authors of AR-Net repeat the last frame of short videos, those of TSM's the first.
  public static let all = [
    VideoPreset("ucf101", "img_{:05d}.jpg"),
    VideoPreset("hmdb51", "img_{:05d}.jpg"),
    VideoPreset("kinetics", "img_{:05d}.jpg"),
    VideoPreset("something-v1", "{:05d}.jpg", flips: false),
    VideoPreset("something-v2", "{:06d}.jpg", flips: false),
    VideoPreset("jester", "{:05d}.jpg", flips: false),
    VideoPreset("activitynet", separator: ",", "image_{:05d}.jpg", short: .last, hasManyLabels: true),
    VideoPreset("fcvid", separator: ",", "image_{:05d}.jpg", short: .last, hasManyLabels: true),
    VideoPreset("kinetics-ar-net", separator: ";", "image_{:05d}.jpg", short: .last),
    VideoPreset("mini-kinetics", "{:05d}.jpg", short: .last),
    VideoPreset("uni-adafocus", separator: ",", "image_{:05d}.jpg", hasManyLabels: true),
  ]
}
