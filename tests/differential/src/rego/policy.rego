# What a policy says of a use. `data.now` is the policy, `data.before` the version before it if there
# was one, `input` the use and what is known.
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
		followed(data.now.purposes[input.purpose], place)
		some it in boxes
		stands(it, boxes, place)
		fits(it, datum, place)
		kept(it, datum, place)
	}
}

# Where the person may be by a version: the nearest place of it around the one that is said, and
# those within it; anywhere, if none is near.
places := places_of(data.now)

places_of(version) := near(version) if count(near(version)) > 0

places_of(version) := {it | some it in version.applies_in} if count(near(version)) == 0

near(version) := nearest | within if {
	enclosing := {it | some it in version.around[input.jurisdiction]; it in version.applies_in}
	nearest := {it | some it in enclosing; every other in enclosing { other in version.around[it] }}
	within := {it | some it in version.applies_in; input.jurisdiction in version.around[it]}
}

# Whether what is for some places alone is for this one.
followed(it, _) if not it.places

followed(it, place) if {
	some region in it.places
	region in data.now.around[place]
}

# Whether a box is that of the line which names the place most closely, or of the one that names
# none.
stands(it, all, place) if {
	some region in it.places
	region in data.now.around[place]
	every other in named(all, place) { other in data.now.around[region] }
}

stands(it, all, place) if {
	not it.places
	count(named(all, place)) == 0
}

named(all, place) := {region |
	some it in all
	some region in it.places
	region in data.now.around[place]
}

# Names that no line declares.
undeclared := undeclared_whole | undeclared_data

undeclared_whole contains input.purpose if not data.now.purposes[input.purpose]

undeclared_whole contains input.recipient if not data.now.recipients[input.recipient]

undeclared_whole contains input.channel if not input.channel in data.now.channels

undeclared_whole contains tag if {
	some tag in input.tags
	not tag in data.now.tags
}

undeclared_data contains datum.name if {
	some datum in input.data
	not data.now.leaves[datum.name]
}

# What stands over a purpose.
stopped contains "objection" if {
	data.now.purposes[input.purpose].objection
	input.objected
}

stopped contains it.signal if {
	some it in data.now.purposes[input.purpose].signals
	it.signal in in_force
	some place in places
	followed(it, place)
}

stopped contains limit if {
	input.act in {"use", "share"}
	some limit in data.now.purposes[input.purpose].limits
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
	some it in data.now.purposes[input.purpose].signals
	it.grants
	it.signal in granting
	followed(it, place)
}

# Promises. A missing line matches everything.
promises(version) := {it | some it in version.nevers_of[input.purpose]} | {it |
	some it in version.nevers_of_any
	not input.purpose in it.except
}

broken contains {"at": at, "says": it.says} if {
	some it in promises(data.now)
	bears(it, data.now)
	some at, datum in input.data
	touches(it, datum, data.now)
}

broken_data contains it.at if some it in broken

bears(it, version) if {
	reaches(it, version)
	in_country(it, version)
	somewhere(it, version)
	on_channel(it)
	under_signal(it)
	under_tag(it)
}

reaches(it, _) if not it.recipients

reaches(it, _) if input.recipient in it.recipients.named

reaches(it, version) if version.recipients[input.recipient].kind in it.recipients.kinds

in_country(it, _) if not it.countries

in_country(it, version) if version.recipients[input.recipient].country in it.countries

somewhere(it, version) if {
	some place in places_of(version)
	followed(it, place)
}

on_channel(it) if not it.channels

on_channel(it) if input.channel in it.channels

under_signal(it) if not it.signal

under_signal(it) if it.signal in in_force

under_tag(it) if not it.tag

under_tag(it) if it.tag in input.tags

touches(it, _, _) if not it.data

# A promise about data bears on what is worked out from them, too.
touches(it, datum, version) if {
	some leaf in version.leaves[datum.name]
	some source in version.with_sources[leaf]
	some name in it.data
	source in version.leaves[name]
}

# Boxes: all of a datum, to this recipient, on this channel, on some ground, young enough.
boxes := data.now.purposes[input.purpose].boxes

fits(it, datum, place) if {
	data.now.leaves[datum.name]
	input.recipient in it.with
	input.channel in it.on
	every leaf in needed(datum) { leaf in it.data }
	young(it, datum)
	based(it, datum, place)
}

# What is worked out needs what it is worked out from.
needed(datum) := data.now.leaves[datum.name] if input.act != "infer"

needed(datum) := all if {
	input.act == "infer"
	all := {source | some leaf in data.now.leaves[datum.name]; some source in data.now.with_sources[leaf]}
}

based(it, _, _) if not it.permission

based(it, datum, place) if {
	it.permission
	permitted(needed(datum), datum, place)
}

permitted(_, _, place) if {
	not is_barred_minor
	granted_in(place)
}

permitted(leaves, datum, _) if {
	not is_barred_minor
	every leaf in leaves { agreed(leaf, datum) }
}

is_barred_minor if {
	data.now.minors
	input.age == "minor"
}

# What was agreed: the union of the boxes of live agreements.
agreed(leaf, datum) if {
	some number, until in input.agreed
	input.now < until
	it := data.now.agreements[number]
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

young(it, datum) if {
	it.keep.after in {"collection", "order"}
	input.now < datum.ends[it.keep.period]
}

young(it, datum) if {
	it.keep.after == "last-visit"
	input.now < datum.visit[it.keep.period]
}

young(it, datum) if {
	it.keep.after == "last-order"
	input.now < datum.order[it.keep.period]
}

# The deal under which a datum was collected is kept: it was no other, or the person agreed to this
# one since, or permits the use and was not promised the contrary, or the deal allowed it too.
kept(_, datum, _) if not of_before(datum)

kept(it, _, _) if {
	it.permission
	data.now.effective <= input.answered
}

kept(it, datum, _) if {
	it.permission
	not promised(datum)
}

kept(it, datum, place) if {
	not it.permission
	not promised(datum)
	purpose := data.before.purposes[input.purpose]
	leaves := data.before.leaves[datum.name]
	every there in places_of(data.before) {
		followed(purpose, there)
		some old in purpose.boxes
		stands(old, purpose.boxes, there)
		input.recipient in old["with"]
		input.channel in old.on
		every leaf in leaves { leaf in old.data }
		young(old, datum.before)
		permitted_if(old, datum, place)
	}
}

permitted_if(old, _, _) if not old.permission

permitted_if(old, datum, place) if {
	old.permission
	permitted(data.now.leaves[datum.name], datum, place)
}

of_before(datum) if {
	data.before
	is_number(datum.collected)
	datum.collected < data.now.effective
	input.act != "collect"
}

# What was only rehearsed was promised to nobody.
promised(datum) if {
	data.before.leaves[datum.name]
	some it in promises(data.before)
	not it.rehearsed
	bears(it, data.before)
	touches(it, datum, data.before)
}
