package db

import (
	"bytes"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"math"
	"reflect"
	"time"
)

// liteArg turns an argument into one of the values that SQLite's driver binds.
func liteArg(a any) (driver.Value, error) {
	switch v := a.(type) {
	case nil, int64, float64, bool:
		return v, nil
	case []byte:
		if v == nil {
			return nil, nil
		}
		return v, nil
	case string:
		if !goodText(v) {
			return nil, ErrBadText
		}
		return v, nil
	case int:
		return int64(v), nil
	case param:
		p, err := v.param(SQLite)
		return p, err
	case time.Time:
		return nil, ErrMisuse.With("what", "a bare time.Time; use db.At")
	case driver.Valuer:
		p, err := v.Value()
		if err != nil {
			return nil, err
		}
		return liteArg(p)
	}
	return plainArg(a)
}

// plainArg reduces types made of basic types, and pointers to them.
func plainArg(a any) (any, error) {
	v := reflect.ValueOf(a)
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil, nil
		}
		return liteArg(v.Elem().Interface())
	case reflect.String:
		return liteArg(v.String())
	case reflect.Bool:
		return v.Bool(), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if v.Uint() > math.MaxInt64 {
			return nil, ErrMisuse.With("what", "an unsigned argument beyond bigint")
		}
		return int64(v.Uint()), nil
	case reflect.Float32, reflect.Float64:
		return v.Float(), nil
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return liteArg(v.Bytes())
		}
	case reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			b := make([]byte, v.Len())
			reflect.Copy(reflect.ValueOf(b), v)
			return b, nil
		}
	}
	return nil, ErrMisuse.With("what", fmt.Sprintf("an argument of type %T", a))
}

// assign stores src, a value of SQLite's driver, where dest points.
func assign(dest any, src driver.Value) error {
	switch d := dest.(type) {
	case sql.Scanner:
		return d.Scan(src)
	case *string:
		if s, ok := src.(string); ok {
			*d = s
			return nil
		}
	case *int64:
		if n, ok := src.(int64); ok {
			*d = n
			return nil
		}
	case *int:
		if n, ok := src.(int64); ok {
			*d = int(n)
			return nil
		}
	case *bool:
		if n, ok := src.(int64); ok && (n == 0 || n == 1) {
			*d = n == 1
			return nil
		}
	case *[]byte:
		switch b := src.(type) {
		case []byte:
			*d = bytes.Clone(b)
			return nil
		case string:
			*d = []byte(b)
			return nil
		case nil:
			*d = nil
			return nil
		}
	case *any:
		*d = src
		return nil
	}
	return assignReflect(dest, src)
}

// assignReflect stores into types made of basic types, and into pointers.
func assignReflect(dest any, src driver.Value) error {
	p := reflect.ValueOf(dest)
	if p.Kind() != reflect.Pointer || p.IsNil() {
		return fmt.Errorf("destination %T is no pointer", dest)
	}
	v := p.Elem()
	if v.Kind() == reflect.Pointer {
		if src == nil {
			v.SetZero()
			return nil
		}
		fresh := reflect.New(v.Type().Elem())
		if err := assign(fresh.Interface(), src); err != nil {
			return err
		}
		v.Set(fresh)
		return nil
	}
	if !assignKind(v, src) {
		return fmt.Errorf("%T does not fit into %T", src, dest)
	}
	return nil
}

// assignKind stores src into v if their kinds fit without loss.
func assignKind(v reflect.Value, src driver.Value) bool {
	switch s := src.(type) {
	case nil:
		if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetZero()
			return true
		}
	case string:
		if v.Kind() == reflect.String {
			v.SetString(s)
			return true
		}
	case float64:
		if v.Kind() == reflect.Float64 || v.Kind() == reflect.Float32 {
			v.SetFloat(s)
			return true
		}
	case []byte:
		if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes(bytes.Clone(s))
			return true
		}
		if v.Kind() == reflect.Array && v.Type().Elem().Kind() == reflect.Uint8 && v.Len() == len(s) {
			reflect.Copy(v, reflect.ValueOf(s))
			return true
		}
	case int64:
		return assignInt(v, s)
	}
	return false
}

func assignInt(v reflect.Value, n int64) bool {
	switch {
	case v.Kind() == reflect.Bool && (n == 0 || n == 1):
		v.SetBool(n == 1)
	case v.CanInt() && !v.OverflowInt(n):
		v.SetInt(n)
	case v.CanUint() && n >= 0 && !v.OverflowUint(uint64(n)):
		v.SetUint(uint64(n))
	case v.CanFloat():
		v.SetFloat(float64(n))
	default:
		return false
	}
	return true
}

// pgArg turns an argument into one that pgx encodes.
func pgArg(a any) (any, error) {
	switch v := a.(type) {
	case nil, int64, int, bool, []byte, float64:
		return v, nil
	case string:
		if !goodText(v) {
			return nil, ErrBadText
		}
		return v, nil
	case param:
		return v.param(Postgres)
	}
	v, err := liteArg(a)
	return v, err
}
