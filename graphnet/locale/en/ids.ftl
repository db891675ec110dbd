# How the ids of subjects were matched between two files. $one and $other are an example.

without-prefix = { $count ->
    [one] 1 id matches without 'sub-' or blanks ({ $one } and { $other }).
   *[other] { $count } ids match without 'sub-' or blanks ({ $one } and { $other }).
}
without-zeros = { $count ->
    [one] 1 id matches without leading zeros ({ $one } and { $other }).
   *[other] { $count } ids match without leading zeros ({ $one } and { $other }).
}
without-word = { $count ->
    [one] 1 id matches without a word before the number ({ $one } and { $other }).
   *[other] { $count } ids match without a word before the number ({ $one } and { $other }).
}
without-decimals = { $count ->
    [one] 1 id matches without decimals ({ $one } and { $other }).
   *[other] { $count } ids match without decimals ({ $one } and { $other }).
}
without-capitals = { $count ->
    [one] 1 id matches without regard to capitals ({ $one } and { $other }).
   *[other] { $count } ids match without regard to capitals ({ $one } and { $other }).
}
without-folders = { $count ->
    [one] 1 id matches without folders ({ $one } and { $other }).
   *[other] { $count } ids match without folders ({ $one } and { $other }).
}
without-entities = { $count ->
    [one] 1 id matches without what BIDS writes behind the subject ({ $one } and { $other }).
   *[other] { $count } ids match without what BIDS writes behind the subject ({ $one } and { $other }).
}
collide = The ids { $ids } cannot be told apart. Write them in one way.
