import Glibc
import Support

/// Listens to ops: computes each of them and notes what its purpose needs.
///
/// Recorders of this module are ``GradientTape``, ``CostCounter`` and ``GraphTracer``. One listens at a time
/// on a thread: while an inner one does, the outer hears nothing.
public protocol Recorder: AnyObject {
  /// Computes `op`, whose result has `shape`, from inputs that have passed ``Op/outputShape(_:)``.
  func evaluate(_ op: some Op, _ inputs: [Tensor], shape: Shape) throws -> Tensor

  /// True where the numbers of `tensor` stand for others that are not known yet: they must not be read, and
  /// the value keeps its history.
  func isPlaceholder(_ tensor: Tensor) -> Bool
}

extension Recorder {
  /// False: most recorders take numbers as they are.
  public func isPlaceholder(_ tensor: Tensor) -> Bool { false }

  /// Runs `body` with its ops recorded here.
  public func record<R>(_ body: () throws -> R) rethrows -> R {
    let listener: any Recorder = self
    // The thread knows the place on the stack, so that finding the listener casts and allocates nothing.
    return try withUnsafePointer(to: listener) { place in
      let outer = pthread_getspecific(Recording.key)
      pthread_setspecific(Recording.key, place)
      defer { pthread_setspecific(Recording.key, outer) }
      return try body()
    }
  }
}

/// Which recorder listens on the calling thread.
public enum Recording {
  /// The recorder of the innermost `record`; nil where none listens.
  public static var current: (any Recorder)? {
    guard let place = pthread_getspecific(key) else { return nil }
    return place.assumingMemoryBound(to: (any Recorder).self).pointee
  }

  /// Whether none listens.
  static var isOff: Bool { pthread_getspecific(key) == nil }

  /// Runs `body` with no recorder listening.
  public static func paused<R>(_ body: () throws -> R) rethrows -> R {
    let outer = pthread_getspecific(key)
    pthread_setspecific(key, nil)
    defer { pthread_setspecific(key, outer) }
    return try body()
  }

  fileprivate static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
  }()
}

/// Where a recorder knows a value.
struct Tracking: Equatable {
  /// The recorder's number, from ``newRecorder()``.
  let recorder: UInt64
  let node: Int32

  /// A value that is meant as a constant, whatever its memory holds: no recorder has the number 0.
  static let constant = Tracking(recorder: 0, node: -1)

  /// A number for a recorder, unique on its thread, which is where tensors live.
  static func newRecorder() -> UInt64 {
    let own = counter.value(Counter.init)
    own.value += 1
    return own.value
  }

  private final class Counter { var value: UInt64 = 0 }
  private static let counter = PerThread<Counter>()
}

extension Tensor {
  /// True where the recorder that listens gives the value another meaning than its numbers.
  var isPlaceholder: Bool {
    guard tracking != nil, let recorder = Recording.current else { return false }
    return recorder.isPlaceholder(self)
  }

  /// Throws where a tracer would not see what happens to the numbers that `operation` hands out.
  func mayBeRead(by operation: String) throws {
    guard isPlaceholder else { return }
    throw TensorError(operation, "a value cannot be read while its network is traced into a plan")
  }
}
