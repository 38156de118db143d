Gem::Specification.new do |spec|
  spec.name = 'json'.freeze
  spec.required_rubygems_version = Gem::Requirement.new(">= 0".freeze) if spec.respond_to? :required_rubygems_version=
  spec.version = Gem::Version.new("2.6.3")
  spec.add_dependency %q<other>, "1.0"
end
