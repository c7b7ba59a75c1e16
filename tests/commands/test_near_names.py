from vidrec.commands.near_names import hint


def test_the_nearest_names_are_named_and_else_what_is_said_otherwise() -> None:
    names = ["cars_001", "cars_002", "pets_001"]
    assert hint("car_001", names, "none") == "did you mean cars_001 or cars_002 or pets_001?"
    assert hint("xyz", names, "see the list") == "see the list"
    assert hint("xyz", [], "see the list") == "see the list"


def test_first_come_other_zeros_and_dashes() -> None:
    names = ["cars_010", "cars_002", "cars_001", "my-clip"]
    assert hint("cars_01", names, "none").startswith("did you mean cars_001 or ")
    assert hint("CARS-1", names, "none").startswith("did you mean cars_001 or ")
    assert hint("cars_0010", names, "none").startswith("did you mean cars_010 or ")
    assert hint("My_Clip", names, "none") == "did you mean my-clip?"
    assert hint("a" + "1" * 5000, ["a" + "0" + "1" * 5000], "none").startswith("did you mean")


def test_case_keeps_no_name_from_being_near() -> None:
    assert hint("HOLIDAY", ["holiday"], "none") == "did you mean holiday?"
    assert hint("CARS_001", ["cars_001", "pets_999"], "none").startswith("did you mean cars_001")
