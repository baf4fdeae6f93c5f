import Synchronization

/// Videos that were opened before and are closed now, so that their packets need not be read again: a clip of each is asked
/// for every epoch. The last used ones are kept.
package final class VideoShelf: Sendable {
  private struct Place {
    let file: VideoFile
    let used: Int
  }

  private struct State {
    var places: [Int: Place] = [:]
    var pictures = 0
    var uses = 0
  }

  private let state = Mutex(State())
  /// The most pictures that all tables together have, 64 bytes each.
  private let mostPictures: Int
  private let mostVideos: Int

  package init(mostPictures: Int = 1 << 20, mostVideos: Int = 1 << 14) {
    self.mostPictures = mostPictures
    self.mostVideos = mostVideos
  }

  package var heldBytes: Int { state.withLock { 64 * $0.pictures + 256 * $0.places.count } }
  package var count: Int { state.withLock { $0.places.count } }

  /// Takes a video from the shelf; nil where it is not there, as nobody has used it, or another thread does at this moment.
  package func take(_ video: Int) -> VideoFile? {
    state.withLock { state in
      let found = state.places.removeValue(forKey: video)?.file
      state.pictures -= found?.count ?? 0
      return found
    }
  }

  /// Closes a video, and keeps it.
  package func put(_ file: VideoFile, _ video: Int) {
    file.close()
    guard file.count <= mostPictures else { return }
    state.withLock { state in
      state.uses += 1
      if let other = state.places.updateValue(Place(file: file, used: state.uses), forKey: video) {
        state.pictures -= other.file.count
      }
      state.pictures += file.count
      guard state.pictures > mostPictures || state.places.count > mostVideos else { return }
      // The older half goes at once, so that few have to look for it; what has just been used stays.
      let byAge = state.places.sorted { $0.value.used < $1.value.used }.dropLast()
      for (key, place) in byAge
      where 2 * state.pictures > mostPictures || 2 * state.places.count > mostVideos {
        state.places[key] = nil
        state.pictures -= place.file.count
      }
    }
  }
}
