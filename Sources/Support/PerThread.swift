import Glibc

/// One object for each thread that asks, made at the first time and let go of when the thread ends.
public struct PerThread<Value: AnyObject>: Sendable {
  private let key: pthread_key_t

  /// Takes one of the program's some thousand keys, which are never given back: it is kept in a `static let`.
  public init() {
    var key = pthread_key_t()
    pthread_key_create(&key) { pointer in
      if let pointer { Unmanaged<AnyObject>.fromOpaque(pointer).release() }
    }
    self.key = key
  }

  /// The calling thread's object, or what `make` makes.
  @inlinable
  public func value(_ make: () throws -> Value) rethrows -> Value {
    if let found { return found }
    let made = try make()
    set(made)
    return made
  }

  @usableFromInline
  var found: Value? {
    pthread_getspecific(key).map { Unmanaged<Value>.fromOpaque($0).takeUnretainedValue() }
  }

  @usableFromInline
  func set(_ value: Value) { pthread_setspecific(key, Unmanaged.passRetained(value).toOpaque()) }
}
