# What a policy says of a use. `data` is the policy, `input` the use and what is known.
package handshake

import rego.v1

answer := {"verdict": verdict, "covered": covered, "reasons": reasons}

default verdict := "not_allowed"

verdict := "undeclared" if count(undeclared) > 0

verdict := "allowed" if {
	count(undeclared) == 0
	every it in covered { it }
}

covered := [it |
	some at, _ in input.data
	it := at in covered_data
]

reasons := {
	"undeclared": undeclared,
	"stopped": stopped,
	"broken": broken,
}

covered_data contains at if {
	count(undeclared_whole) == 0
	count(stopped) == 0
	some at, datum in input.data
	not at in broken_data
	every place in places {
		followed(data.purposes[input.purpose], place)
		some it in boxes
		stands(it, place)
		fits(it, datum, place)
	}
}

# Where the person may be: the nearest place of the policy around the one that is said, and those
# within it; anywhere, if none is near.
places := near if count(near) > 0

places := {it | some it in data.applies_in} if count(near) == 0

near := {it | some it in enclosing; every other in enclosing { other in data.around[it] }} | within

enclosing := {it | some it in data.around[input.jurisdiction]; it in data.applies_in}

within := {it | some it in data.applies_in; input.jurisdiction in data.around[it]}

# Whether what is for some places alone is for this one.
followed(it, _) if not it.places

followed(it, place) if {
	some region in it.places
	region in data.around[place]
}

# Whether a box is that of the line which names the place most closely, or of the one that names
# none.
stands(it, place) if {
	some region in it.places
	region in data.around[place]
	every other in named(place) { other in data.around[region] }
}

stands(it, place) if {
	not it.places
	count(named(place)) == 0
}

named(place) := {region |
	some it in boxes
	some region in it.places
	region in data.around[place]
}

# Names that no line declares.
undeclared := undeclared_whole | undeclared_data

undeclared_whole contains input.purpose if not data.purposes[input.purpose]

undeclared_whole contains input.recipient if not data.recipients[input.recipient]

undeclared_whole contains input.channel if not input.channel in data.channels

undeclared_whole contains tag if {
	some tag in input.tags
	not tag in data.tags
}

undeclared_data contains datum.name if {
	some datum in input.data
	not data.leaves[datum.name]
}

# What stands over a purpose.
stopped contains "objection" if {
	data.purposes[input.purpose].objection
	input.objected
}

stopped contains it.signal if {
	some it in data.purposes[input.purpose].signals
	it.signal in in_force
	some place in places
	followed(it, place)
}

stopped contains limit if {
	input.act in {"use", "share"}
	some limit in data.purposes[input.purpose].limits
	input.recent[limit.hours] >= limit.count
}

# Signals: specific beats general, later beats earlier, refusal wins ties.
refusing := {it | some it in input.signals} | {it.signal | some it in input.heard; it.says == "refuses"}

in_force := {it | some it in refusing; not it in overridden}

overridden contains it.signal if {
	some it in input.heard
	it.signal == "gpc"
	input.known
	not input.other_device
	is_number(it.at)
	is_number(input.affirmed)
	it.at < input.affirmed
}

overridden contains it.signal if {
	some it in input.heard
	it.signal in {"dnt", "tcf", "gpp"}
	input.standing == "granted"
	is_number(it.at)
	it.at < input.answered
}

# What a signal grants, to somebody who never answered.
granting contains it.signal if {
	some it in input.heard
	it.says == "grants"
	input.standing in {"not_asked", "asked", "deferred"}
}

granted_in(place) if {
	some it in data.purposes[input.purpose].signals
	it.grants
	it.signal in granting
	followed(it, place)
}

# Promises. A missing line matches everything.
promises contains it if some it in data.nevers_of[input.purpose]

promises contains it if {
	some it in data.nevers_of_any
	not input.purpose in it.except
}

broken contains {"at": at, "says": it.says} if {
	some it in promises
	reaches(it)
	in_country(it)
	somewhere(it)
	on_channel(it)
	under_signal(it)
	under_tag(it)
	some at, datum in input.data
	touches(it, datum)
}

broken_data contains it.at if some it in broken

reaches(it) if not it.recipients

reaches(it) if input.recipient in it.recipients.named

reaches(it) if data.recipients[input.recipient].kind in it.recipients.kinds

in_country(it) if not it.countries

in_country(it) if data.recipients[input.recipient].country in it.countries

somewhere(it) if {
	some place in places
	followed(it, place)
}

on_channel(it) if not it.channels

on_channel(it) if input.channel in it.channels

under_signal(it) if not it.signal

under_signal(it) if it.signal in in_force

under_tag(it) if not it.tag

under_tag(it) if it.tag in input.tags

touches(it, _) if not it.data

# A promise about data bears on what is worked out from them, too.
touches(it, datum) if {
	some leaf in data.leaves[datum.name]
	some source in data.with_sources[leaf]
	some name in it.data
	source in data.leaves[name]
}

# Boxes: all of a datum, to this recipient, on this channel, on some ground, young enough.
boxes := data.purposes[input.purpose].boxes

fits(it, datum, place) if {
	data.leaves[datum.name]
	input.recipient in it.with
	input.channel in it.on
	every leaf in needed(datum) { leaf in it.data }
	young(it, datum)
	based(it, datum, place)
}

# What is worked out needs what it is worked out from.
needed(datum) := data.leaves[datum.name] if input.act != "infer"

needed(datum) := all if {
	input.act == "infer"
	all := {source | some leaf in data.leaves[datum.name]; some source in data.with_sources[leaf]}
}

based(it, _, _) if not it.permission

based(it, _, place) if {
	it.permission
	not is_barred_minor
	granted_in(place)
}

based(it, datum, _) if {
	it.permission
	not is_barred_minor
	every leaf in needed(datum) { agreed(leaf, datum) }
}

is_barred_minor if {
	data.minors
	input.age == "minor"
}

# What was agreed: the union of the boxes of live agreements.
agreed(leaf, datum) if {
	some number, until in input.agreed
	input.now < until
	it := data.agreements[number]
	leaf in it.data
	input.recipient in it.with
	input.channel in it.on
	young(it, datum)
}

# Kept no longer than said. Unknown ages are not held against a use; a decision renews what is
# kept since the last.
young(it, _) if not it.keep

young(_, _) if input.act == "collect"

young(_, datum) if not datum.ends

young(it, _) if it.keep.after == "last-decision"

young(it, datum) if input.now < datum.ends[it.keep.period]

young(it, _) if {
	it.keep.after == "last-visit"
	input.now < input.visit[it.keep.period]
}

young(it, _) if {
	it.keep.after == "last-order"
	input.now < input.order[it.keep.period]
}
