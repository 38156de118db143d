{application, stdlib, [{description, "ERTS  CXC 138 10"}, {vsn, "4.3"}]}.
