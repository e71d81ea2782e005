{ authToken = "token"
, hostname = "https://cachix.org"
, binaryCaches =
  [ { name = "mine", secretKey = "a2V5" } ]
}
