Gem::Specification.new do |spec|
  spec.name = "computed-#{1}"
  spec.version = Computed::VERSION
end
